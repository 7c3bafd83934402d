// The few numbers of /metrics (Prometheus text) that a desk shows: summed over shards. "No metrics here" is an answer too: an operator may close it.
import { request } from '@/lib/api'

export type Metrics = Record<string, number>

export async function readMetrics(): Promise<Metrics> {
  const text = await (await request('GET', '/metrics', undefined, { Accept: 'text/plain' })).text()
  const sums: Metrics = {}
  for (const line of text.split('\n')) {
    const parts = /^(\w+)(?:\{[^}]*\})? ([\d.eE+-]+)$/.exec(line)
    if (parts !== null) sums[parts[1]!] = (sums[parts[1]!] ?? 0) + Number(parts[2])
  }
  return sums
}

export interface ShardHealth { shard: number; state: string; residents?: number; leaves?: number; queued?: number; checkpoint_at?: string }
export async function readHealth(): Promise<ShardHealth[]> {
  const answer = await fetch('/readyz', { headers: { Accept: 'application/json' } }) // 503 has the same body: some shards do not serve
  return ((await answer.json()) as { shards: ShardHealth[] }).shards
}
