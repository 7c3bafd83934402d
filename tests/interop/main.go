// Verifies a ledger written by Mingma with code that Mingma's authors did not write: golang.org/x/mod/sumdb (tlog, note),
// transparency-dev/formats (cosignatures) and Tessera's fsck.
//
//	interop -log FOLDER_OR_URL -key VKEY [-witness VKEY] [-fsck=false]
//
// Beside the log's own resources it checks, where the folder has them, `checkpoint.N` and `proof.N.tlog-proof`.
// Prints "N passed, M failed" and exits with 1 if anything failed.
package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	cosignature "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

var passed, failed int

func check(name string, err error) bool {
	if err != nil {
		failed++
		fmt.Printf("FAILED %s: %v\n", name, err)
		return false
	}
	passed++
	fmt.Printf("ok     %s\n", name)
	return true
}

// A source of a log's resources: a folder or a URL.
type source struct {
	folder string
	base   string
}

func (s source) read(path string) ([]byte, error) {
	if s.folder != "" {
		return os.ReadFile(filepath.Join(s.folder, filepath.FromSlash(path)))
	}
	response, err := http.Get(s.base + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, os.ErrNotExist
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

// The path of a tile as the tiled-log specification writes it: Go's own has the height in front.
func tilePath(t tlog.Tile) string {
	return strings.Replace(t.Path(), "tile/8/", "tile/", 1)
}

type tileReader struct{ source source }

func (r tileReader) Height() int                         { return tileHeight }
func (r tileReader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r tileReader) ReadTiles(t []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range t {
		data, err := r.source.read(tilePath(tile))
		if errors.Is(err, os.ErrNotExist) && tile.W < 1<<tileHeight {
			full := tile
			full.W = 1 << tileHeight
			if data, err = r.source.read(tilePath(full)); err == nil {
				data = data[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func openCheckpoint(data []byte, verifier note.Verifier) (checkpoint, error) {
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	return parseCheckpoint(opened.Text)
}

func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, fmt.Errorf("%d lines in a checkpoint", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return checkpoint{}, fmt.Errorf("root %q", lines[2])
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: tlog.Hash(root)}}, nil
}

func splitBundle(data []byte) ([][]byte, error) {
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, errors.New("a bundle is cut short")
		}
		n := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+n {
			return nil, errors.New("a bundle is cut short")
		}
		out = append(out, data[2:2+n])
		data = data[2+n:]
	}
	return out, nil
}

func hashBundle(data []byte) ([][]byte, error) {
	entries, err := splitBundle(data)
	var out [][]byte
	for _, entry := range entries {
		hash := tlog.RecordHash(entry)
		out = append(out, hash[:])
	}
	return out, err
}

// Every entry's hash out of the bundles, each compared with the hash that Go's tile reader authenticates by the root.
func leafHashes(s source, tree tlog.Tree, hashes tlog.HashReader) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for begin := int64(0); begin < tree.N; begin += 256 {
		width := min(tree.N-begin, 256)
		path := strings.Replace(tilePath(tlog.Tile{H: tileHeight, L: 0, N: begin / 256, W: int(width)}), "tile/0/", "tile/entries/", 1)
		data, err := s.read(path)
		if err != nil {
			return nil, err
		}
		entries, err := splitBundle(data)
		if err != nil || int64(len(entries)) < width {
			return nil, fmt.Errorf("%s: %d entries, %v", path, len(entries), err)
		}
		var indexes []int64
		for i := begin; i < begin+width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, i))
		}
		stored, err := hashes.ReadHashes(indexes)
		if err != nil {
			return nil, err
		}
		for i := range stored {
			if hash := tlog.RecordHash(entries[i]); hash != stored[i] {
				return nil, fmt.Errorf("%s: entry %d does not fit its tile", path, begin+int64(i))
			}
		}
		leaves = append(leaves, stored...)
	}
	return leaves, nil
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, m[i])
	}
	return out, nil
}

func build(leaves []tlog.Hash) (memory, error) {
	var m memory
	for i, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(i), leaf, m)
		if err != nil {
			return nil, err
		}
		m = append(m, more...)
	}
	return m, nil
}

func everyInclusion(tree tlog.Tree, leaves []tlog.Hash, hashes tlog.HashReader) error {
	for i, leaf := range leaves {
		proof, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), leaf); err != nil {
			return fmt.Errorf("leaf %d: %v", i, err)
		}
	}
	return nil
}

// From sizes spread over the whole log to its present size, through the served tiles.
func consistency(tree tlog.Tree, built memory, served tlog.HashReader) error {
	for n := int64(1); n <= tree.N; n += 1 + tree.N/199 {
		root, err := tlog.TreeHash(n, built)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, n, served)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, n, root); err != nil {
			return fmt.Errorf("size %d: %v", n, err)
		}
	}
	return nil
}

// Each earlier checkpoint is signed and consistent with the tree.
func earlierCheckpoints(folder string, verifier note.Verifier, tree tlog.Tree, served tlog.HashReader) (int, error) {
	names, _ := filepath.Glob(filepath.Join(folder, "checkpoint.*"))
	sort.Strings(names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		old, err := openCheckpoint(data, verifier)
		if err != nil {
			return 0, fmt.Errorf("%s: %v", name, err)
		}
		if old.tree.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(tree.N, old.tree.N, served)
		if err != nil {
			return 0, fmt.Errorf("%s: %v", name, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.tree.N, old.tree.Hash); err != nil {
			return 0, fmt.Errorf("%s: %v", name, err)
		}
	}
	return len(names), nil
}

func proofFile(data string, verifier note.Verifier, leaves []tlog.Hash) error {
	head, signed, found := strings.Cut(data, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	signedTree, err := openCheckpoint([]byte(signed), verifier)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, signedTree.tree.N, signedTree.tree.Hash, index, leaves[index])
}

func proofFiles(folder string, verifier note.Verifier, leaves []tlog.Hash) (int, error) {
	names, _ := filepath.Glob(filepath.Join(folder, "proof.*.tlog-proof"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err == nil {
			err = proofFile(string(data), verifier, leaves)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %v", name, err)
		}
	}
	return len(names), nil
}

func tesseraFsck(s source, origin string, verifier note.Verifier) error {
	var fetcher fsck.Fetcher = client.FileFetcher{Root: s.folder}
	if s.folder == "" {
		base, err := url.Parse(s.base)
		if err != nil {
			return err
		}
		if fetcher, err = client.NewHTTPFetcher(base, nil); err != nil {
			return err
		}
	}
	return fsck.New(origin, verifier, fetcher, hashBundle, fsck.Opts{N: 2}).Check(context.Background())
}

func verify(s source, logKey, witnessKey string, withFsck bool) {
	verifier, err := note.NewVerifier(logKey)
	if !check("the log's verifier key reads", err) {
		return
	}
	data, err := s.read("checkpoint")
	if !check("the checkpoint is served", err) {
		return
	}
	head, err := openCheckpoint(data, verifier)
	if !check("the checkpoint is signed (sumdb/note)", err) {
		return
	}
	if head.origin != verifier.Name() {
		check("the key's name is the origin", fmt.Errorf("%q is not %q", verifier.Name(), head.origin))
	}
	if witnessKey != "" {
		witness, err := cosignature.NewVerifierForCosignatureV1(witnessKey)
		if err == nil {
			_, err = note.Open(data, note.VerifierList(witness))
		}
		check("the witness's cosignature verifies (transparency-dev/formats)", err)
	}
	served := tlog.TileHashReader(head.tree, tileReader{s})
	leaves, err := leafHashes(s, head.tree, served)
	if !check(fmt.Sprintf("all %d entries fit the tiles, and the tiles the root (sumdb/tlog)", head.tree.N), err) {
		return
	}
	built, err := build(leaves)
	if err == nil && head.tree.N > 0 {
		var root tlog.Hash
		if root, err = tlog.TreeHash(head.tree.N, built); err == nil && root != head.tree.Hash {
			err = errors.New("the entries give another root")
		}
	}
	if !check("the root built from the entries is the signed one", err) {
		return
	}
	check("every leaf's inclusion proof verifies", everyInclusion(head.tree, leaves, built))
	check("consistency proofs from the served tiles verify", consistency(head.tree, built, served))
	if s.folder != "" {
		n, err := earlierCheckpoints(s.folder, verifier, head.tree, served)
		check(fmt.Sprintf("%d earlier checkpoints are signed and consistent", n), err)
		n, err = proofFiles(s.folder, verifier, leaves)
		check(fmt.Sprintf("%d proof texts verify", n), err)
	}
	if withFsck && head.tree.N > 0 {
		check("Tessera's fsck finds the log whole", tesseraFsck(s, head.origin, verifier))
	}
}

func main() {
	location := flag.String("log", "", "folder or URL of the log")
	key := flag.String("key", "", "the log's verifier key")
	witness := flag.String("witness", "", "a witness's verifier key")
	withFsck := flag.Bool("fsck", true, "also run Tessera's fsck")
	flag.Parse()
	s := source{folder: *location}
	if strings.HasPrefix(*location, "http://") || strings.HasPrefix(*location, "https://") {
		s = source{base: strings.TrimSuffix(*location, "/") + "/"}
	}
	verify(s, *key, *witness, *withFsck)
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
