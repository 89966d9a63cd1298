import { createHash, randomUUID } from 'node:crypto'
import { type Envelope, type InstanceId, Kind } from '@heliograph/bus'
import { type BareJid, type Jid, localOf, trusted } from '@heliograph/jid'
import { respond } from '@heliograph/module'
import { errorReply, NS, readForm, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { askerOf, isStranger } from './account/asker.ts'
import { presenceRequired } from './account/closed.ts'
import { enveloped, refuse, type Speaker, say } from './arrived.ts'
import type { PubsubContext } from './context.ts'
import { failure } from './failure.ts'
import { readAuthorization } from './forms/authorization-form.ts'
import { nodeKey } from './node/node-key.ts'

/** Longer names of nodes and items don't fit an index. */
export const NAME_BYTES = 1_000

/**
 * To a service's own address. What concerns one node goes on to the owner of that, who answers; the order of what one sender asks of one node
 * is kept, as it is brought on at once.
 */
export function receiveForService(context: PubsubContext, envelope: Envelope, from: InstanceId): void {
  const stanza = envelope.stanza!
  const speaker: Speaker = { service: trusted<BareJid>(envelope.key), partition: envelope.partition }
  const asker = context.hosts.isLocalUser(speaker.service as Jid) ? askerOf(envelope) : undefined
  const taken = () => context.router.receipt(from, envelope.transfer)
  // Nobody lives here.
  if (localOf(speaker.service) !== '' && asker === undefined) {
    refuse(context, speaker, stanza, 'item-not-found')
    return taken()
  }
  const addressed = addressOf(envelope)
  if (addressed !== undefined && Buffer.byteLength(addressed) <= NAME_BYTES)
    return asker
      ? toNode(context, { envelope, from }, addressed)
      : bringOn(context, { envelope, speaker, taken }, addressed)
  const send = (reply: Stanza | undefined) => {
    if (reply) say(context, speaker, reply)
    taken()
  }
  if (addressed !== undefined)
    return send(errorReply(stanza, isStranger(asker) ? presenceRequired() : stanzaError('item-not-found')))
  if (stanza.name !== 'iq') {
    const isIgnored = stanza.name === 'presence' && stanza.type !== undefined
    return send(isIgnored ? undefined : errorReply(stanza, stanzaError('service-unavailable')))
  }
  const answer = respond(stanza, {
    registry: context.modules,
    entity: 'server',
    context: { pubsub: context, service: speaker.service, from: trusted<Jid>(stanza.from!), asker },
    failed: (error) => failure(context, error),
  })
  if (!(answer instanceof Promise)) return send(answer)
  answer.then(send).catch((error: unknown) => context.log.error('answer_failed', { kind: Kind.node, error }))
}

/** The nodes of an account are all in the partition of its address, so this one's owner has them. */
function toNode(
  context: PubsubContext,
  { envelope, from }: { readonly envelope: Envelope; readonly from: InstanceId },
  name: string,
): void {
  const node = context.nodes.get(nodeKey(envelope.key as BareJid, name), envelope.partition)
  if (node.mailbox.push({ envelope, from })) return
  context.events.full()
  refuse(context, node, envelope.stanza!, 'resource-constraint')
  context.router.receipt(from, envelope.transfer)
}

interface Received {
  readonly envelope: Envelope
  readonly speaker: Speaker
  readonly taken: () => void
}

function bringOn(context: PubsubContext, { envelope, speaker, taken }: Received, node: string): void {
  const stanza = envelope.stanza!
  const onward = enveloped(context, speaker.partition, stanza)
  onward.stream = envelope.stream
  onward.count = envelope.count
  onward.trace = envelope.trace
  context.router.transfer(Kind.node, nodeKey(speaker.service, node), onward, (outcome) => {
    if (outcome !== 'taken') refuse(context, speaker, stanza, 'resource-constraint')
    taken()
  })
}

/** The node that a stanza is about, if it is about one. */
function addressOf(envelope: Envelope): string | undefined {
  const stanza = envelope.stanza!
  if (stanza.name === 'message') {
    const form = stanza.child('x', NS.dataForms)
    const verdict = stanza.type === 'error' ? undefined : readAuthorization(form && readForm(form))
    return verdict?.node
  }
  if (stanza.name !== 'iq' || (stanza.type !== 'get' && stanza.type !== 'set')) return undefined
  const payload = stanza.element.getChildElements()[0] as Element | undefined
  if (payload === undefined) return undefined
  const namespace = payload.getNS()
  // XEP-0131 §3.2: at a service that is none.
  const isOfService = localOf(trusted<Jid>(envelope.key)) === ''
  if (namespace === NS.discoInfo && payload.attrs.node === NS.shim && isOfService) return undefined
  if (namespace === NS.discoInfo || namespace === NS.discoItems || namespace === NS.mam) return payload.attrs.node
  if (namespace !== NS.pubsub && namespace !== NS.pubsubOwner) return undefined
  const operation = payload.getChildElements()[0] as Element | undefined
  const node = operation?.attrs.node
  if (node !== undefined && node !== '') return node
  // XEP-0060 §8.1.2: the service names the node.
  return operation?.is('create', NS.pubsub) === true ? instantName(envelope) : undefined
}

/** The same for the same request, should that come again. */
function instantName({ stream, count }: Envelope): string {
  return stream === ''
    ? randomUUID()
    : createHash('sha256').update(`node ${stream} ${count}`).digest('base64url').slice(0, 22)
}
