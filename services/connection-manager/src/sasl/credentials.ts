import type { Accounts, Verdict } from '@heliograph/rpc'
import { type Credentials, type Refusal, SASL_CONDITIONS, type SaslCondition } from '@heliograph/sasl'

/** The credentials that an accounts service holds: any of its instances answers, over gRPC or within the process. */
export function credentialsOf(accounts: Accounts): Credentials {
  return {
    async scramStart(request) {
      const reply = await accounts.scramStart(request)
      if (!reply.ok) return refusal(reply)
      return { ok: true, salt: Buffer.from(reply.salt), iterations: reply.iterations, handle: reply.handle }
    },
    async scramFinish(request) {
      const reply = await accounts.scramFinish(request)
      return reply.ok ? { ok: true, serverSignature: Buffer.from(reply.serverSignature) } : refusal(reply)
    },
    async checkPassword(request) {
      const reply = await accounts.checkPassword(request)
      return reply.ok ? { ok: true } : refusal(reply)
    },
  }
}

function refusal({ condition }: Verdict): Refusal {
  const known = (SASL_CONDITIONS as readonly string[]).includes(condition)
  return { ok: false, condition: known ? (condition as SaslCondition) : 'not-authorized' }
}
