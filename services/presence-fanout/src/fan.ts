import { Envelope, Haste, Kind, Op } from '@heliograph/bus'
import type { BareJid, Jid } from '@heliograph/jid'
import { forDomain } from '@heliograph/multicast'
import type { Change } from './change.ts'
import type { FanoutContext } from './context.ts'
import { group } from './destinations.ts'

const RESOLVE_AGAIN_MS = 100

/** Something of a publisher's that its watchers are to be told. */
export interface Fanned {
  readonly publisher: BareJid
  readonly change: Change
  readonly isNewest: () => boolean
}

/**
 * Sends one stanza to all `watchers`: one envelope a destination instance, one each 500 watchers of a domain elsewhere. `done` is called when every
 * destination has taken it; watchers whose owner changed meanwhile are looked up again until then. It is told `false` when the publisher
 * went to another instance before that: the next owner is sent the change again.
 */
export function fan(
  context: FanoutContext,
  { publisher, change, isNewest }: Fanned,
  watchers: readonly string[],
  done: (complete: boolean) => void,
): void {
  const { instances, domains, unknown } = group(watchers, publisher, context.hosts, context.ownership)
  let waiting = 1
  let complete = true
  const settled = (all = true) => {
    waiting--
    complete &&= all
    if (waiting === 0) done(complete)
  }
  const again = (strays: readonly string[]) => {
    context.events.stray(strays.length)
    setTimeout(() => {
      if (!context.serves(publisher)) settled(false)
      // Everyone is told, or will be, what replaced it: an instance that lags is not sent what is over.
      else if (!isNewest()) settled()
      else fan(context, { publisher, change, isNewest }, strays, settled)
    }, RESOLVE_AGAIN_MS)
  }
  for (const [instance, recipients] of instances) {
    waiting++
    const envelope = emit(context, publisher, change.body === undefined ? Op.multicast : Op.notify, change)
    envelope.recipients = recipients
    context.router.multicast(instance, envelope, (strays) => (strays.length > 0 ? again(strays) : settled()))
  }
  // What clients elsewhere want to hear of isn't known here (XEP-0163 §4.3.3: it "MAY choose not to send").
  const elsewhere = change.body === undefined ? domains : new Map<string, Jid[]>()
  for (const [pair, jids] of elsewhere) {
    for (const part of forDomain(change.stanza, jids)) {
      waiting++
      const envelope = Object.assign(emit(context, publisher, Op.route, change), part)
      context.router.transfer(Kind.domain, pair, envelope, () => settled())
    }
  }
  if (unknown.length > 0) {
    waiting++
    again(unknown)
  }
  context.events.sent(instances.size + elsewhere.size, watchers.length)
  settled()
}

function emit(context: FanoutContext, publisher: BareJid, op: Op, change: Change): Envelope {
  const envelope = new Envelope(op)
  envelope.haste = Haste.gather
  envelope.emitterKind = Kind.presence
  envelope.emitterPartition = context.partitionOf(publisher)
  envelope.epoch = context.ownership.heldEpochOf(envelope.emitterPartition)
  envelope.stanza = change.stanza
  envelope.count = change.revision
  envelope.trace = change.trace
  envelope.body = change.body
  return envelope
}
