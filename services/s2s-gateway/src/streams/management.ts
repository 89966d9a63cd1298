import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'

/** Counts wrap (XEP-0198 §4). */
const WRAP = 2 ** 32

/** That the peer acknowledges what it is sent (XEP-0198). */
export interface Management {
  /** By which the stream may be resumed, if it may. */
  readonly id?: string | undefined
  /** It goes on where another one ended. */
  readonly isResumed: boolean
  /** What of that other one the peer has handled, if it says so. */
  readonly h?: number | undefined
}

/** The count that an element bears; undefined for none that may be one. */
export function countIn({ element }: ParsedElement, name = 'h'): number | undefined {
  const text = (element.attrs as Record<string, string | undefined>)[name] ?? ''
  if (!/^\d{1,10}$/.test(text)) return undefined
  const count = Number(text)
  return count < WRAP ? count : undefined
}

/** How far one count is ahead of another. */
export function ahead(count: number, of: number): number {
  return (count - of + WRAP) % WRAP
}

/** Whether `h` tells of what was counted so. */
export function includes(h: number, count: number): boolean {
  return ahead(h, count) < WRAP / 2
}

export function counted(by: number, from: number): number {
  return (from + by) % WRAP
}

export const requestXml = `<r xmlns='${NS.streamManagement}'/>`

export function answerXml(h: number): string {
  return `<a xmlns='${NS.streamManagement}' h='${h}'/>`
}

export function failedXml(condition: string, h?: number): string {
  const handled = h === undefined ? '' : ` h='${h}'`
  return `<failed xmlns='${NS.streamManagement}'${handled}><${condition} xmlns='${NS.stanzaErrors}'/></failed>`
}
