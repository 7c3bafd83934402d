// GET /v1/statistics as the desk counts with it. A cell under the public minimum is suppressed: null, never zero.
import { ask } from './desk'

// `area`: a prefecture, or "" for the whole province, which stands beside its parts. Counties are not counted in public.
export interface Cell { area: string; colour: 'none' | 'green' | 'yellow' | 'red'; rule?: string; count?: number; suppressed?: boolean }
export interface Statistics { as_of?: string; cell_min: number; cells: Cell[] }

export const statistics = (): Promise<Statistics> => ask<Statistics>('/v1/statistics')
export const prefecturesOnly = (cells: readonly Cell[]): Cell[] => cells.filter((cell) => cell.area !== '')

// By area ("410100" is prefecture "4101"), the cells that `wanted` takes; null where one of them is suppressed and nothing else is known.
export function sumBy(cells: readonly Cell[], keyOf: (cell: Cell) => string, wanted: (cell: Cell) => boolean = () => true): Record<string, number | null> {
  const sums: Record<string, number | null> = {}
  for (const cell of cells.filter(wanted)) {
    const key = keyOf(cell)
    if (cell.suppressed) sums[key] ??= null
    else sums[key] = (sums[key] ?? 0) + (cell.count ?? 0)
  }
  return sums
}
export const mapCode = (area: string): string => (area.length === 6 && area.endsWith('00') ? area.slice(0, 4) : area)
