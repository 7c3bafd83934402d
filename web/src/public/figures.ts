// Sums over public figures. A suppressed cell counts as nothing and is said to be left out, so every sum here is "at least".
import type { DayFigures, FigureCell, Statistics } from './documents'

export interface Sum { count: number; hidden: number }
const COLOURS = ['red', 'yellow', 'green', 'none'] as const

function add(sum: Sum, cell: { count?: number; suppressed?: boolean }): void {
  if (cell.suppressed === true) sum.hidden++
  else sum.count += cell.count ?? 0
}

export interface PlaceCounts { area: string; red: Sum; yellow: Sum; green: Sum; none: Sum }
// One line per place; area "" is the province.
export function byPlace(statistics: Statistics): PlaceCounts[] {
  const places = new Map<string, PlaceCounts>()
  for (const cell of statistics.cells) {
    let place = places.get(cell.area)
    if (place === undefined) {
      const empty = (): Sum => ({ count: 0, hidden: 0 })
      places.set(cell.area, (place = { area: cell.area, red: empty(), yellow: empty(), green: empty(), none: empty() }))
    }
    add(place[cell.colour], cell)
  }
  return [...places.values()].sort((a, b) => a.area.localeCompare(b.area))
}

// The map's value of each prefecture: null where all there is of a colour is suppressed.
export function mapValues(places: PlaceCounts[], colour: (typeof COLOURS)[number]): Record<string, number | null> {
  return Object.fromEntries(places.filter((place) => place.area !== '').map((place) => {
    const sum = place[colour]
    return [place.area.slice(0, 4), sum.count === 0 && sum.hidden > 0 ? null : sum.count]
  }))
}

export interface RuleCount { colour: string; rule: string; count: number | null }
export const byRule = (statistics: Statistics): RuleCount[] =>
  statistics.cells.filter((cell) => cell.area === '')
    .map((cell) => ({ colour: cell.colour, rule: cell.rule ?? '', count: cell.suppressed === true ? null : cell.count ?? 0 }))
    .sort((a, b) => COLOURS.indexOf(a.colour as never) - COLOURS.indexOf(b.colour as never) || a.rule.localeCompare(b.rule))

export interface CityDay { city: string; worse: Sum; better: Sum; statements: Sum }
export function byCity(day: DayFigures): CityDay[] {
  const cities = new Map<string, CityDay>()
  const empty = (): Sum => ({ count: 0, hidden: 0 })
  for (const cell of day.cells) {
    if (cell.city === undefined) continue
    let city = cities.get(cell.city)
    if (city === undefined) cities.set(cell.city, (city = { city: cell.city, worse: empty(), better: empty(), statements: empty() }))
    if (cell.kind === 'decision' && cell.direction === 'worse') add(city.worse, cell)
    else if (cell.kind === 'decision' && cell.direction === 'better') add(city.better, cell)
    else if (cell.kind === 'statement') add(city.statements, cell)
  }
  return [...cities.values()].sort((a, b) => a.city.localeCompare(b.city))
}

// The cells of a day as a table that spreadsheets read; suppressed cells say so.
export function toCsv(day: DayFigures): string {
  const columns: (keyof FigureCell)[] = ['kind', 'city', 'class', 'rule', 'from', 'to', 'direction']
  const lines = day.cells.map((cell) => [day.day, ...columns.map((name) => String(cell[name] ?? '')), cell.suppressed === true ? 'suppressed' : String(cell.count ?? 0)].join(','))
  return ['day,' + columns.join(',') + ',count', ...lines].join('\n') + '\n'
}
