import { NS, parseTimestamp, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** How much of the past somebody who enters is told (XEP-0045 §7.2.14). All of these hold together. */
export interface HistoryRequest {
  readonly maxStanzas: number
  /** Of whole stanzas. */
  readonly maxCharacters: number | undefined
  /** Nothing older, in milliseconds since 1970. */
  readonly since: number | undefined
  /** Only what is older than this id: what comes after his entering he gets anyway. */
  readonly before: number
}

/** Reads `<history/>` of a presence that enters a room. What makes no sense is as if it weren't there. */
export function readHistoryRequest(
  presence: Stanza,
  { max, before, now = Date.now() }: { readonly max: number; readonly before: number; readonly now?: number },
): HistoryRequest {
  const history = presence.child('x', NS.muc)?.getChild('history') as Element | undefined
  const seconds = count(history?.attrs.seconds)
  const times = [seconds === undefined ? undefined : now - seconds * 1000, parseTimestamp(history?.attrs.since ?? '')]
  const since = Math.max(...times.filter((time) => time !== undefined))
  return {
    maxStanzas: Math.min(max, count(history?.attrs.maxstanzas) ?? max),
    maxCharacters: count(history?.attrs.maxchars),
    since: Number.isFinite(since) ? since : undefined,
    before,
  }
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
