import type { EdgeConfig } from '../config.ts'
import type { BodyHead } from './body-head.ts'

/** XEP-0124 version that this is. */
const VERSION = { major: 1, minor: 11 }
/**
 * With more, a client that asks for as many as it has connections could send nothing while all of them are held. A client that lets none be
 * held gets none.
 */
const MOST_HELD = 1
const CONTENT_TYPE = 'text/xml; charset=utf-8'

/** What client and server agreed on when a session was created (XEP-0124 §7). */
export interface Terms {
  /** Seconds, as in all of these. */
  readonly wait: number
  readonly hold: number
  readonly requests: number
  readonly inactivity: number
  readonly polling: number
  readonly maxPause: number
  /** `major.minor`; undefined for a client from before there were versions. */
  readonly ver: string | undefined
  readonly content: string
  /** The client acknowledges responses, and is told what was received (§9). */
  readonly acks: boolean
  /** The client never lets us hold a request (§12). */
  readonly polls: boolean
}

export function agree(head: BodyHead, { bosh }: EdgeConfig['web']): Terms {
  const wait = Math.min(head.wait ?? bosh.waitSeconds, bosh.waitSeconds)
  const hold = Math.min(head.hold ?? 1, MOST_HELD)
  const polls = wait === 0 || hold === 0
  return {
    wait,
    hold,
    requests: hold + 1,
    // §12: a polling client is given longer, by more than the polling interval.
    inactivity: polls ? bosh.inactivitySeconds + 12 * bosh.pollingSeconds : bosh.inactivitySeconds,
    polling: bosh.pollingSeconds,
    maxPause: bosh.pauseSeconds,
    ver: versionOf(head),
    content: head.content ?? CONTENT_TYPE,
    acks: head.ack === 1,
    polls,
  }
}

/** The lower of theirs and ours (§7.2). */
function versionOf({ ver }: BodyHead): string | undefined {
  if (ver === undefined) return undefined
  const theirs = ver.major < VERSION.major || (ver.major === VERSION.major && ver.minor < VERSION.minor)
  const lower = theirs ? ver : VERSION
  return `${lower.major}.${lower.minor}`
}
