// The web pages: a folder read once at the start and served from memory, read-only.
//
// A request is looked up by its exact path among the files found; no path is ever given to the file system, so nothing
// outside can be reached. Symbolic links, hidden files and files of unknown type are left out. A folder's index.html
// answers for the folder and for paths below it that name no file, so that pages with their own routing work; below
// /app, /door, /console and /public the top index.html does where they have none of their own. Pages must name their
// scripts by absolute paths ("/assets/..."). A name with a hash in it is cached for ever, every other asked for again.
// A file beside it with ".br" or ".gz" added is its Brotli or gzip form, sent to whoever accepts that; nothing is
// compressed while serving.
// Limits: 4,000 files, 64 MiB in all. Threading: immutable after load().
// Errors: kCannotServeFiles.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/router.h"

namespace mingma::http {

class StaticFiles {
 public:
  static Result<StaticFiles> load(const std::string& folder);

  // GET "/{path...}" for everything that no other route takes.
  void add_routes(Router& router) const;
  std::size_t count() const { return files_->size(); }

 private:
  struct File {
    std::string bytes;
    std::map<std::string_view, std::string> coded;  // by coding: "br", "gzip"
    std::string etag;
    std::string_view type;
    bool for_ever = false;  // its name holds a hash of its content, as bundlers make them
  };
  using Files = std::map<std::string, File, std::less<>>;
  explicit StaticFiles(std::shared_ptr<const Files> files) : files_(std::move(files)) {}
  static Response answer(const Request& request, const std::shared_ptr<const Files>& files);

  std::shared_ptr<const Files> files_;
};

}  // namespace mingma::http
