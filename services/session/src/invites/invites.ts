import { createHash, randomBytes } from 'node:crypto'
import { type BareJid, type Domain, type Jid, localOf } from '@heliograph/jid'
import type { Invite, InviteStore, NewInvite } from './invite-store.ts'

/** 128 bits, in letters and digits: XEP-0379 §5 asks for 80. */
const TOKEN_BYTES = 16
const TOKEN = /^[0-9a-f]{32}$/
/** Open invitations of one user. */
const MOST_OPEN = 50

/** What is given to whoever is invited. */
export interface Invitation {
  readonly token: string
  /** XEP-0401 §3.1, §3.2. */
  readonly uri: string
  readonly expiresAt: Date
}

/** Invitations (XEP-0401): tokens that are good once, for a while. */
export class Invites {
  readonly store: InviteStore
  readonly #terms: { readonly days: number }

  constructor(store: InviteStore, terms: { readonly days: number }) {
    this.store = store
    this.#terms = terms
  }

  /** Undefined when the inviter has too many open ones. @param days 0: as configured */
  async create(invite: NewInvite, days = 0): Promise<Invitation | undefined> {
    const token = randomBytes(TOKEN_BYTES).toString('hex')
    const expiresAt = await this.store.add(invite, hashOf(token), { days: days || this.#terms.days, most: MOST_OPEN })
    return expiresAt && { token, uri: uriOf(invite, token), expiresAt }
  }

  /** The invitation to make an account with that token. @param whenever even if it has expired meanwhile (XEP-0445 §4) */
  async findForAccount(token: string, domain: Domain, whenever = false): Promise<Invite | undefined> {
    return isToken(token) ? this.store.findForAccount(hashOf(token), domain, whenever) : undefined
  }

  isPromised(account: BareJid, token: string): Promise<boolean> {
    return this.store.isPromised(account, token === '' ? null : hashOf(token))
  }

  async claim(token: string, inviter: BareJid, contact: BareJid): Promise<boolean> {
    return isToken(token) && this.store.claim(hashOf(token), inviter, contact)
  }

  joined(token: string): Promise<void> {
    return this.store.joined(hashOf(token))
  }
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Whether it can be a token of ours: nothing else is looked up. */
export function isToken(token: string): boolean {
  return TOKEN.test(token)
}

function uriOf({ domain, inviter, account, registers, subscribes }: NewInvite, token: string): string {
  if (subscribes && inviter !== null && account === null)
    return `xmpp:${addressIn(inviter)}?roster;preauth=${token}${registers ? ';ibr=y' : ''}`
  return `xmpp:${account === null ? domain : addressIn(account)}?register;preauth=${token}`
}

/** RFC 5122 §2.2. */
function addressIn(jid: BareJid): string {
  const local = localOf(jid as Jid)
  return `${encodeURIComponent(local)}${jid.slice(local.length)}`
}
