import type { Accounts, Verdict } from '@heliograph/rpc'
import {
  type AnonymousContext,
  type Bearers,
  type Credentials,
  type Refusal,
  SASL_CONDITIONS,
  type SaslCondition,
  type Tokens,
  type Upgrades,
} from '@heliograph/sasl'

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

/** The tokens that an accounts service holds. */
export function tokensOf(accounts: Accounts): Tokens {
  return {
    async checkToken(request) {
      const reply = await accounts.checkToken(request)
      return reply.ok ? { ok: true, response: Buffer.from(reply.response), due: reply.due } : refusal(reply)
    },
    async issueToken(scope) {
      const { ok, token, expiry } = await accounts.issueToken(scope)
      return ok ? { token, expiry } : undefined
    },
  }
}

/** The tokens of an issuer, as an accounts service checks them. */
export function bearersOf(accounts: Accounts): Bearers {
  return {
    async checkBearer(request) {
      const reply = await accounts.checkBearer(request)
      if (reply.ok) return { ok: true, username: reply.username }
      const { problem } = reply
      const known = problem === 'invalid_token' || problem === 'insufficient_scope'
      return { ...refusal(reply), problem: known ? problem : undefined }
    },
  }
}

/** Who may come to domains for users without accounts. */
export function anonymousOf(accounts: Accounts): AnonymousContext {
  return {
    async admit(who) {
      const verdict = await accounts.admitAnonymous(who)
      return verdict.ok ? { ok: true } : refusal(verdict)
    },
  }
}

/** The keys that an accounts service stores. */
export function upgradesOf(accounts: Accounts): Upgrades {
  return {
    async upgradeStart(scope) {
      const { needed, salt, iterations, handle } = await accounts.upgradeStart(scope)
      return needed ? { salt: Buffer.from(salt), iterations, handle } : undefined
    },
    upgradeFinish: async (result) => (await accounts.upgradeFinish(result)).ok,
  }
}

function refusal({ condition }: Verdict): Refusal {
  const known = (SASL_CONDITIONS as readonly string[]).includes(condition)
  return { ok: false, condition: known ? (condition as SaslCondition) : 'not-authorized' }
}
