import { type Domain, parseDomain } from '@heliograph/jid'
import { Questions } from '@heliograph/questions'
import { accountsContract, RpcError, type ServedContract, serve, type Verdict } from '@heliograph/rpc'
import {
  askQuestion,
  changePassword,
  checkInvite,
  type RegistrationDeps,
  type RegistrationVerdict,
  register,
} from '../accounts/registration.ts'
import { admitAnonymous } from '../anonymous/admit.ts'
import type { SessionContext } from '../context.ts'
import { welcome } from '../invites/welcome.ts'

const OK: Verdict = { ok: true, condition: '' }

/** What edges ask while a client authenticates or registers. Keys stay here. */
export function accountsRpc(context: SessionContext): ServedContract {
  const { credentials, tokens, upgrades, bearers } = context.accounts
  const registration: RegistrationDeps = {
    accounts: context.accounts,
    counters: context.live,
    policy: context.config.registration,
    invites: context.invites,
    questions: new Questions({
      purpose: 'registration',
      get questions() {
        return context.config.registration.questions
      },
      counters: context.live,
      mark: (text) => context.accounts.mark(text),
    }),
    refused: (reason) => context.events.registrationRefused(reason),
  }
  return serve(accountsContract, {
    scramStart: async (request) => {
      const result = await credentials.scramStart({ ...request, domain: domainOf(request.domain) })
      if (result.ok) return { ...result, condition: '' }
      return { ok: false, condition: result.condition, salt: new Uint8Array(), iterations: 0, handle: '' }
    },
    scramFinish: async (request) => {
      const result = await credentials.scramFinish({
        ...request,
        domain: domainOf(request.domain),
        clientProof: Buffer.from(request.clientProof),
      })
      return result.ok
        ? { ...OK, serverSignature: result.serverSignature }
        : { ok: false, condition: result.condition, serverSignature: new Uint8Array() }
    },
    checkPassword: async (request) => {
      const result = await credentials.checkPassword({ ...request, domain: domainOf(request.domain) })
      return result.ok ? OK : { ok: false, condition: result.condition }
    },
    checkToken: async (request) => {
      const result = await tokens.checkToken({
        ...request,
        domain: domainOf(request.domain),
        proof: Buffer.from(request.proof),
        channelBinding: Buffer.from(request.channelBinding),
      })
      if (result.ok) return { ...result, condition: '' }
      return { ok: false, condition: result.condition, response: new Uint8Array(), due: false }
    },
    issueToken: async (request) => {
      const issued = await tokens.issueToken({ ...request, domain: domainOf(request.domain) })
      return issued === undefined ? { ok: false, token: '', expiry: '' } : { ok: true, ...issued }
    },
    checkBearer: async ({ domain, ...request }) => {
      const result = await bearers?.checkBearer({ ...request, domain: domainOf(domain) })
      if (result?.ok) return { ...OK, username: result.username, problem: '' }
      const { condition = 'not-authorized', problem = '' } = result ?? {}
      return { ok: false, condition, username: '', problem }
    },
    admitAnonymous: async ({ domain, source }) => {
      const { config, live: counters } = context
      const admitted = await admitAnonymous(
        { policies: config.policies, counters },
        { domain: domainOf(domain), source },
      )
      return admitted ? OK : { ok: false, condition: 'not-authorized' }
    },
    upgradeStart: async (request) => {
      const task = await upgrades.upgradeStart({ ...request, domain: domainOf(request.domain) })
      return task ? { needed: true, ...task } : { needed: false, salt: new Uint8Array(), iterations: 0, handle: '' }
    },
    upgradeFinish: async (request) => {
      const [salt, saltedPassword] = [Buffer.from(request.salt), Buffer.from(request.saltedPassword)]
      return {
        ok: await upgrades.upgradeFinish({ ...request, domain: domainOf(request.domain), salt, saltedPassword }),
      }
    },
    register: async (request) => {
      const domain = domainOf(request.domain)
      if (context.config.policies.get(domain)?.anonymous !== undefined)
        return { ok: false, condition: 'not-allowed', text: '' }
      const result = await register(registration, { ...request, domain })
      if (result.ok && result.invite !== undefined) await settleInvite(context, result, request.invite)
      return verdict(result)
    },
    askQuestion: async ({ domain }) => {
      const asked = askQuestion(registration, domainOf(domain))
      return { challenge: asked?.id ?? '', question: asked?.question ?? '' }
    },
    checkInvite: async (request) => {
      const result = await checkInvite(registration, { ...request, domain: domainOf(request.domain) })
      if (result.ok) return OK
      context.events.invite('refused')
      return { ok: false, condition: result.condition, text: result.text ?? '' }
    },
    changePassword: async (request) => {
      const jid = `${request.username}@${request.domain}` as never
      return verdict(await changePassword(registration, { jid, ...request, encrypted: true }))
    },
  })
}

/** The account is there, whatever becomes of the rosters. */
async function settleInvite(
  context: SessionContext,
  { jid, invite }: Extract<RegistrationVerdict, { ok: true }>,
  token: string,
): Promise<void> {
  context.events.invite('registered')
  if (!invite?.subscribes || invite.inviter === null) return
  try {
    await welcome(context, { jid, inviter: invite.inviter, token })
  } catch (error) {
    context.log.error('welcome_failed', { jid, inviter: invite.inviter, error })
  }
}

function domainOf(text: string): Domain {
  const domain = parseDomain(text)
  if (domain === undefined) throw new RpcError('INVALID_ARGUMENT', 'not a domain')
  return domain
}

function verdict(result: RegistrationVerdict): Verdict {
  return result.ok ? OK : { ok: false, condition: result.condition, text: result.text ?? '' }
}
