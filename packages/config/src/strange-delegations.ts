import { DELEGATION, isRemaining } from '@heliograph/delegation'
import type { ConfigProblem } from './config-error.ts'
import type { ParsedConfig } from './schema/schema.ts'

/** What belongs to streams is settled before anybody could be asked; what there is to discover is nested; the rest is of components themselves. */
const OWN = new Set([
  'urn:ietf:params:xml:ns:xmpp-sasl',
  'urn:ietf:params:xml:ns:xmpp-bind',
  'urn:ietf:params:xml:ns:xmpp-session',
  'urn:xmpp:sasl:2',
  'urn:xmpp:bind:0',
  'urn:xmpp:sm:3',
  'jabber:iq:auth',
  'urn:xmpp:privilege:2',
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
])

/** Namespaces that nobody can be given, or that are given twice, or to whom is known by several addresses. */
export function strangeDelegations(
  { components }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const given = new Set<string>()
  return components.flatMap(({ domains, delegations }, at) =>
    delegations.flatMap(({ namespace, attributes }, place) => {
      const problem = messageOf(namespace, attributes, given) ?? (domains.length > 1 ? SEVERAL : undefined)
      given.add(namespace)
      if (problem === undefined) return []
      const path = ['components', at, 'delegations', place]
      return [{ option: path.join('.'), message: problem, where: where(path) }]
    }),
  )
}

const SEVERAL = 'is for a component of one domain: give it an entry of its own'

function messageOf(namespace: string, attributes: readonly string[], given: ReadonlySet<string>): string | undefined {
  if (given.has(namespace)) return `${namespace} is delegated already`
  const isSpecial = isRemaining(namespace)
  if (isSpecial && attributes.length > 0) return `${namespace} can't be filtered by attributes`
  // XEP-0355 §8 rule 5
  const isOwn = namespace.startsWith(DELEGATION) || OWN.has(namespace)
  return isOwn && !isSpecial ? `${namespace} can't be delegated` : undefined
}
