// "2022-06-13T08:00" of a form, which people of the province write in their own time.
export const instant = (local: string): string => `${local}:00+08:00`
export const localNow = (shiftHours = 0): string => new Date(Date.now() + (8 + shiftHours) * 3_600_000).toISOString().slice(0, 16)
export const nowInstant = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19) + '+08:00'
