import { Envelope, type InstanceId } from '@heliograph/bus'
import { domainOf, type Jid, trusted } from '@heliograph/jid'
import { copyFor } from '@heliograph/multicast'
import type { GatewayContext } from './context.ts'
import type { Half } from './half.ts'

/** A stanza for a (local, remote) pair that is owned here goes to the half whose the remote domain is. What is for several goes there one by one, unless that half knows better. */
export function receive(
  { router }: Pick<GatewayContext, 'router'>,
  halves: readonly Half[],
  envelope: Envelope,
  from: InstanceId,
): void {
  const { stanza, recipients, transfer } = envelope
  const to = recipients?.[0] ?? stanza?.to
  const half = to === undefined ? undefined : halves.find((each) => each.takes(domainOf(trusted(to))))
  if (half === undefined || stanza === undefined) return router.receipt(from, transfer)
  if (recipients === undefined || half.takesSeveral) return half.receive(envelope, from)
  const taken = afterAll(recipients.length, () => router.receipt(from, transfer))
  for (const recipient of recipients) {
    const copy = copyFor(stanza, trusted<Jid>(recipient))
    half.receive(
      Object.assign(new Envelope(envelope.op), envelope, { stanza: copy, recipients: undefined }),
      from,
      taken,
    )
  }
}

/** Calls what is given when it has been called so many times. */
export function afterAll(count: number, done: () => void): () => void {
  let waiting = count
  return () => {
    waiting--
    if (waiting === 0) done()
  }
}
