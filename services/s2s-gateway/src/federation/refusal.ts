import type { Stanza } from '@heliograph/stanza'
import type { Failure } from '../outbound/failure.ts'
import type { Traffic } from './peer-policy.ts'

/** Why policy lets a stanza not go; undefined when it may. Answers to what came the other way are of no kind. */
export function refusal({ kinds, mostBytes }: Traffic, stanza: Stanza): Failure | undefined {
  // RFC 6120 §8.3.3.10
  if (!kinds.has(stanza.name) && !isAnswer(stanza))
    return { condition: 'not-allowed', text: `no ${stanza.name} stanzas go between these servers` }
  // RFC 6120 §8.3.3.12
  if (Number.isFinite(mostBytes) && stanza.toBytes().length > mostBytes)
    return { condition: 'policy-violation', text: `stanzas have ${mostBytes} bytes at most between these servers` }
  return undefined
}

function isAnswer({ name, type }: Stanza): boolean {
  return type === 'error' || (name === 'iq' && type === 'result')
}
