import { errorReply, stanzaError } from '@heliograph/stanza'
import { answerFrom } from './bring-in.ts'
import type { GatewayContext } from './context.ts'
import type { Half } from './half.ts'
import { patiently } from './hand-over.ts'

/** What isn't for a component, where the server doesn't speak with others: it comes back (RFC 6120 §8.3.3.16). */
export function refusing(context: GatewayContext): Half {
  return {
    addresses: {},
    takes: () => true,
    receive({ stanza, partition, transfer }, from, taken = () => context.router.receipt(from, transfer)) {
      taken()
      const error = stanzaError('remote-server-not-found', { text: 'this server does not federate' })
      // A probe is the server's own: nobody waits for an answer to it.
      const reply = stanza && stanza.type !== 'probe' ? errorReply(stanza, error) : undefined
      if (reply?.to !== undefined) answerFrom(context, partition, reply, () => {})
    },
    settle: (partition) => patiently(context.router.settled(partition)),
    async unload(partition, reason) {
      if (reason === 'handover') await patiently(context.router.settled(partition))
    },
    listen: async () => {},
    drain: async () => {},
    async [Symbol.asyncDispose]() {},
  }
}
