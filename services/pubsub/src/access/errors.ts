import { el, NS, type StanzaCondition, type StanzaError, stanzaError } from '@heliograph/stanza'

/** Application conditions of XEP-0060 §17.3 that this service uses, each with the condition that goes with it. */
const CONDITIONS = {
  'closed-node': 'not-allowed',
  'configuration-required': 'not-acceptable',
  'invalid-jid': 'bad-request',
  'invalid-options': 'bad-request',
  'invalid-payload': 'bad-request',
  'invalid-subid': 'not-acceptable',
  'item-forbidden': 'bad-request',
  'item-required': 'bad-request',
  'jid-required': 'bad-request',
  'max-items-exceeded': 'not-allowed',
  'max-nodes-exceeded': 'conflict',
  'nodeid-required': 'bad-request',
  'not-subscribed': 'unexpected-request',
  'not-in-roster-group': 'not-authorized',
  'payload-required': 'bad-request',
  'payload-too-big': 'not-acceptable',
  'pending-subscription': 'not-authorized',
  'precondition-not-met': 'conflict',
  'presence-subscription-required': 'not-authorized',
  'too-many-subscriptions': 'policy-violation',
} as const satisfies Record<string, StanzaCondition>

/** The error that the XEP has for it; `condition` where a section wants another than usual. */
export function pubsubError(
  application: keyof typeof CONDITIONS,
  { condition = CONDITIONS[application], text }: { condition?: StanzaCondition; text?: string } = {},
): StanzaError {
  return stanzaError(condition, { text, application: el(application, { xmlns: NS.pubsubErrors }) })
}

/** Something that the XEP has and this service, or this node, hasn't. */
export function unsupported(feature: string): StanzaError {
  return stanzaError('feature-not-implemented', {
    application: el('unsupported', { xmlns: NS.pubsubErrors, feature }),
  })
}
