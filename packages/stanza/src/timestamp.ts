const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/

/** XEP-0082 DateTime in UTC with milliseconds, from milliseconds since 1970. */
export function formatTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** Milliseconds since 1970 of a XEP-0082 DateTime; undefined when it is none. Finer fractions are cut off. */
export function parseTimestamp(text: string): number | undefined {
  const match = DATE_TIME.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  // XML Schema allows 24:00:00 for the end of a day, and no leap seconds.
  const endOfDay = hour === 24 && minute === 0 && second === 0
  if ((hour > 23 && !endOfDay) || minute > 59 || second > 59) return undefined
  const offset = offsetMinutes(match[8]!)
  if (offset === undefined) return undefined
  const fraction = match[7] === undefined ? 0 : Number(match[7].slice(0, 3).padEnd(3, '0'))
  const time = new Date(0)
  time.setUTCFullYear(year, month - 1, day)
  time.setUTCHours(hour, minute - offset, second, fraction)
  return time.getTime()
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4))
  // XML Schema §3.2.7.3: between -14:00 and +14:00.
  if (minutes > 59 || hours * 60 + minutes > 840) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}
