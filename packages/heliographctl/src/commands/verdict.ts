import type { Verdict } from '@heliograph/rpc'
import { Failure } from '../failure.ts'

const meanings: Readonly<Record<string, string>> = {
  conflict: 'the account exists already',
  'item-not-found': 'there is no such account or domain',
  'jid-malformed': 'that is not a user’s address',
  'not-acceptable': 'the password or address is not acceptable',
  'not-allowed': 'that is not allowed',
}

/** @throws Failure when the server refused, with its condition. */
export function mustBeDone({ ok, condition, text = '' }: Verdict, jid: string): void {
  if (!ok) throw new Failure('refused', `${jid}: ${text || (meanings[condition] ?? 'refused')} (${condition})`)
}
