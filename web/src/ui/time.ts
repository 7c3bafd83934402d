// Times as people of the province read them: UTC+8, whatever the device says about its zone.
import { preferences } from './preferences'

const ZONE = 'Asia/Shanghai'
const locale = (): string => (preferences.language === 'zh' ? 'zh-CN' : 'en-GB')

const format = (options: Intl.DateTimeFormatOptions, at: Date): string => new Intl.DateTimeFormat(locale(), { timeZone: ZONE, hourCycle: 'h23', ...options }).format(at)

export const dayAndTime = (at: string | number | Date): string =>
  format({ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }, new Date(at))
export const clock = (at: Date): string => format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }, at)
export const hourMinute = (at: string | number | Date): string => format({ hour: '2-digit', minute: '2-digit' }, new Date(at))

// "in 3 hours", "2 天前"
export function distance(at: string | number | Date, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000
  const formatter = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  for (const [unit, length] of [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const) {
    if (Math.abs(seconds) >= length * (unit === 'minute' ? 1 : 1.5)) return formatter.format(Math.round(seconds / length), unit)
  }
  return formatter.format(Math.round(seconds), 'second')
}

export const count = (value: number): string => new Intl.NumberFormat(locale()).format(value)
