import { within } from '@heliograph/ownership'

/** So long each part of a hand-over waits for others to take what was sent to them; what they are owed then is sent again to the next owner. */
const SETTLE_MS = 2_000

/** Resolves when `work` has, or when it has been waited for long enough. */
export async function patiently(work: Promise<unknown>): Promise<void> {
  await within(SETTLE_MS, work)
}
