import { codecs, Envelope, Haste, Kind, Op } from '@heliograph/bus'
import { isBare, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { Affiliation } from '../access/standing.ts'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'
import { untilAvailable } from '../node/until-available.ts'

const LISTED_MAX = 1_000

/** Who hears of a node of an account without having subscribed to it. */
export interface Hearers {
  /** `all` contacts, or those in `groups`, but those listed; the `listed` alone; or `nobody`. And always the account's own clients. */
  readonly audience: 'all' | 'groups' | 'listed' | 'nobody'
  readonly listed: readonly string[]
  readonly groups: readonly string[]
}

/** Has the account's owner tell its own clients and its contacts. `told` when everybody who is to hand it on has it. */
export async function tellAccount(
  context: PubsubContext,
  node: Node,
  { stanza, trace = '' }: { readonly stanza: Stanza; readonly trace?: string | undefined },
  told: () => void,
): Promise<void> {
  node.hearers ??= await hearersOf(context, node)
  const { audience, listed, groups } = node.hearers
  const envelope = new Envelope(Op.news)
  envelope.emitterKind = Kind.node
  envelope.emitterPartition = node.partition
  envelope.epoch = context.ownership.heldEpochOf(node.partition)
  envelope.haste = Haste.turn
  envelope.trace = trace
  envelope.stanza = stanza
  envelope.recipients = listed.length > 0 ? listed : undefined
  envelope.body = codecs.news.encode({ node: node.name, audience, groups: groups.join('\0') })
  context.router.transfer(Kind.user, node.service, envelope, told)
}

/** XEP-0163 §4.3: by the node's access model. Who subscribed by himself hears of it anyway, and who is shut out doesn't. */
async function hearersOf(context: PubsubContext, node: Node): Promise<Hearers> {
  const { id, config } = node.about
  const { people } = context.store
  if (config.accessModel === 'authorize') return { audience: 'nobody', listed: [], groups: [] }
  const affiliates = await untilAvailable(context, node, () => people.affiliates(id, { max: LISTED_MAX }))
  const subscribed = await untilAvailable(context, node, () => people.recipients(id, '', LISTED_MAX))
  const withAny = (...affiliations: readonly Affiliation[]) =>
    affiliates.filter(({ affiliation }) => affiliations.includes(affiliation)).map(({ jid }) => jid as string)
  const told: readonly string[] = subscribed.map((address) => trusted(address)).filter((jid) => isBare(jid))
  const excepted = [...told, ...withAny('outcast', 'publish-only')]
  switch (config.accessModel) {
    case 'roster':
      return { audience: 'groups', listed: excepted, groups: config.rosterGroups }
    case 'whitelist': {
      const listed = withAny('member', 'publisher', 'owner').filter(
        (jid) => jid !== node.service && !told.includes(jid),
      )
      return { audience: listed.length > 0 ? 'listed' : 'nobody', listed, groups: [] }
    }
    default:
      return { audience: 'all', listed: excepted, groups: [] }
  }
}
