import { decodeBase64 } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { parseCount } from '../management/count.ts'
import type { Login } from './login.ts'

/** `<authenticate/>` (XEP-0388 §2.3). */
export interface Request {
  readonly mechanism: string
  /** null for none, undefined when it isn't base64. */
  readonly input: Buffer | null | undefined
  readonly login: Login
}

/** There are not more of them. */
const MOST_TASKS = 2
/** Characters of what a client says of itself. */
const MOST_SAID = 64
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function readRequest(element: Element): Request {
  const initial = element.getChild('initial-response', NS.sasl2)
  const userAgent = element.getChild('user-agent', NS.sasl2)
  const agent = userAgent?.attrs.id?.toLowerCase() ?? ''
  return {
    mechanism: element.attrs.mechanism ?? '',
    // XEP-0388 §2.2: an element without content is an empty response, no element is none.
    input: initial === undefined ? null : decodeBase64(initial.getText()),
    login: {
      agent: UUID.test(agent) ? agent : undefined,
      about: { software: saidOf(userAgent, 'software'), device: saidOf(userAgent, 'device') },
      resume: element.getChild('resume', NS.streamManagement),
      bind: element.getChild('bind', NS.bind2),
      fast: fastOf(element.getChild('fast', NS.fast)),
      tokenFor: element.getChild('request-token', NS.fast)?.attrs.mechanism,
      upgrades: element
        .getChildren('upgrade', NS.saslUpgrade)
        .slice(0, MOST_TASKS)
        .map((each) => each.getText()),
      upgrade: undefined,
      results: '',
      data: undefined,
    },
  }
}

function saidOf(userAgent: Element | undefined, what: 'software' | 'device'): string {
  return (userAgent?.getChildText(what, NS.sasl2) ?? '').trim().slice(0, MOST_SAID)
}

function fastOf(fast: Element | undefined): Login['fast'] {
  if (fast === undefined) return undefined
  const { count, invalidate } = fast.attrs
  return {
    // What isn't a number is the lowest one: good for a token that was never used, at most.
    count: count === undefined ? -1 : (parseCount(count) ?? 0),
    invalidate: invalidate === 'true' || invalidate === '1',
  }
}
