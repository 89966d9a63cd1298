import { sharedMicros } from './pacer.ts'

/** Number and sending time of a stanza as a short text that is safe in ids and content. */
export function markOf(seq: number): string {
  return `${seq.toString(36)}-${sharedMicros().toString(36)}`
}

/** What {@link markOf} wrote, or undefined for a foreign text. */
export function readMark(text: string | undefined): { seq: number; sentAt: number } | undefined {
  if (text === undefined) return undefined
  const dash = text.indexOf('-')
  if (dash < 1) return undefined
  const seq = Number.parseInt(text.slice(0, dash), 36)
  const sentAt = Number.parseInt(text.slice(dash + 1), 36)
  return Number.isNaN(seq) || Number.isNaN(sentAt) ? undefined : { seq, sentAt }
}
