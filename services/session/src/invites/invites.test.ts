import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid, Domain } from '@heliograph/jid'
import type { InviteStore, NewInvite } from './invite-store.ts'
import { Invites } from './invites.ts'

const romeo = 'ro meo#1@montague.example'.replace(' ', '') as BareJid
const base: NewInvite = {
  domain: 'montague.example' as Domain,
  inviter: romeo,
  account: null,
  registers: true,
  subscribes: true,
}

function invites() {
  const hashes: Buffer[] = []
  const store = {
    add: async (_invite: NewInvite, hash: Buffer, { days }: { days: number }) => {
      hashes.push(hash)
      return new Date(days * 86_400_000)
    },
    findForAccount: async (hash: Buffer) => (hashes.some((each) => each.equals(hash)) ? base : undefined),
  } as unknown as InviteStore
  return new Invites(store, { days: 7 })
}

test('the address says what the invitation is for', async () => {
  const uris = async (change: Partial<NewInvite>) => {
    const { uri, token } = (await invites().create({ ...base, ...change }))!
    return uri.replace(token, 'TOKEN')
  }
  assert.equal(await uris({}), 'xmpp:romeo%231@montague.example?roster;preauth=TOKEN;ibr=y')
  assert.equal(await uris({ registers: false }), 'xmpp:romeo%231@montague.example?roster;preauth=TOKEN')
  assert.equal(await uris({ inviter: null }), 'xmpp:montague.example?register;preauth=TOKEN')
  const account = 'juliet@montague.example' as BareJid
  assert.equal(await uris({ account }), 'xmpp:juliet@montague.example?register;preauth=TOKEN')
})

test('a token is long, good for as long as is said, and only its hash is kept', async () => {
  const given = invites()
  const { token, expiresAt } = (await given.create(base))!
  assert.match(token, /^[0-9a-f]{32}$/)
  assert.equal(expiresAt.getTime(), 7 * 86_400_000)
  assert.equal((await given.create(base, 2))!.expiresAt.getTime(), 2 * 86_400_000)
  assert.equal(await given.findForAccount(token, base.domain), base)
  for (const other of ['', 'x'.repeat(65), `${token}0`])
    assert.equal(await given.findForAccount(other, base.domain), undefined)
})
