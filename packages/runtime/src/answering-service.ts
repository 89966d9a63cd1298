import { Envelope, type Kind, Op } from '@heliograph/bus'
import { type Domain, type Jid, trusted } from '@heliograph/jid'
import { type Registry, respond } from '@heliograph/module'
import { Hosts } from '@heliograph/ownership'
import { errorReply, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { ServiceContext } from './context.ts'
import { joinCluster, type Membership } from './join-cluster.ts'
import type { RunningService, Service } from './service.ts'

/** A service whose keys hold no state: every stanza is answered by itself. */
export interface AnsweringService {
  readonly name: string
  readonly kind: Kind
  /** Kinds that its answers go to. */
  readonly watch: readonly Kind[]
  readonly modules: Registry<undefined>
  /** The error for what no module handles. */
  readonly refusal: (stanza: Stanza) => StanzaError
}

/** Owns the partitions of its kind, answers IQs by its modules, and refuses the rest with a stanza error. */
export function answeringService(definition: AnsweringService): Service {
  return {
    name: definition.name,
    needs: ['bus', 'liveState'],
    modules: definition.modules.modules,
    start: (host) => start(definition, host),
  }
}

async function start(definition: AnsweringService, host: ServiceContext): Promise<RunningService> {
  const { kind, watch } = definition
  // There is nothing to load or to hand over.
  const tenancy = { load: async () => {}, unload: async () => {} }
  const membership = joinCluster(host, { kind, watch, tenancy })
  const { ownership, router } = membership
  const hosts = new Hosts(host.config.domains.map(({ name }) => name as Domain))
  router.serve((envelope, from) => {
    router.receipt(from, envelope.transfer)
    if (envelope.stanza)
      void answer(definition, host, envelope, (reply) => send(definition, membership, hosts, envelope, reply))
  })
  await ownership.start()
  return {
    ready: async () => membership.problems(),
    drain: (signal) => membership.leave(signal),
    [Symbol.asyncDispose]: () => membership[Symbol.asyncDispose](),
  }
}

async function answer(
  { modules, refusal }: AnsweringService,
  { telemetry }: ServiceContext,
  { stanza }: Envelope,
  send: (reply: Stanza) => void,
): Promise<void> {
  if (!stanza) return
  const handled = stanza.name === 'iq' && isHandled(modules, stanza)
  const reply = handled
    ? await respond(stanza, {
        registry: modules,
        entity: 'server',
        context: undefined,
        failed: (error) => {
          telemetry.log.error('iq_handler_failed', { error })
          return stanzaError('internal-server-error')
        },
      })
    : errorReply(stanza, refusal(stanza))
  if (reply) send(reply)
}

function isHandled(modules: Registry<undefined>, { type, children }: Stanza): boolean {
  const payload = children[0]
  return (
    (type === 'get' || type === 'set') && payload !== undefined && modules.find('server', type, payload) !== undefined
  )
}

function send(
  { kind }: AnsweringService,
  { router, ownership }: Membership,
  hosts: Hosts,
  request: Envelope,
  reply: Stanza,
): void {
  const to = reply.to
  if (to === undefined) return
  const envelope = new Envelope(Op.route)
  envelope.emitterKind = kind
  envelope.emitterPartition = request.partition
  envelope.epoch = ownership.heldEpochOf(request.partition)
  envelope.trace = request.trace
  envelope.stanza = reply
  router.transfer(hosts.kindOf(to), hosts.keyOf(to, trusted<Jid>(request.stanza?.to ?? to)), envelope, () => {})
}
