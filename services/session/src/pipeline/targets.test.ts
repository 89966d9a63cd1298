import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addResource, makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import type { User } from '../users/user.ts'
import { isMeantFor, targetsOf } from './targets.ts'

type Type = 'normal' | 'chat' | 'groupchat' | 'headline' | 'error'

const SITUATIONS: Record<string, (user: User) => void> = {
  nobody: () => {},
  'connected but not available': (user) => void addResource(user, 'here'),
  'negative only': (user) => void addResource(user, 'here', -1),
  one: (user) => void addResource(user, 'here', 0),
  several: (user) => {
    addResource(user, 'here', 0)
    addResource(user, 'best', 3)
    addResource(user, 'negative', -3)
  },
}

/** RFC 6121 §8.5.4, table 1: who gets it; '' is nobody, for whatever reason. */
const TABLE: Record<string, Record<'bare' | 'match' | 'no match', Record<Type, string>>> = {
  nobody: {
    bare: { normal: '', chat: '', groupchat: '', headline: '', error: '' },
    match: { normal: '', chat: '', groupchat: '', headline: '', error: '' },
    'no match': { normal: '', chat: '', groupchat: '', headline: '', error: '' },
  },
  'connected but not available': {
    bare: { normal: '', chat: '', groupchat: '', headline: '', error: '' },
    match: { normal: 'here', chat: 'here', groupchat: 'here', headline: 'here', error: 'here' },
    'no match': { normal: '', chat: '', groupchat: '', headline: '', error: '' },
  },
  'negative only': {
    bare: { normal: '', chat: '', groupchat: '', headline: '', error: '' },
    match: { normal: 'here', chat: 'here', groupchat: 'here', headline: 'here', error: 'here' },
    'no match': { normal: '', chat: '', groupchat: '', headline: '', error: '' },
  },
  one: {
    bare: { normal: 'here', chat: 'here', groupchat: '', headline: 'here', error: '' },
    match: { normal: 'here', chat: 'here', groupchat: 'here', headline: 'here', error: 'here' },
    'no match': { normal: '', chat: 'here', groupchat: '', headline: '', error: '' },
  },
  several: {
    bare: { normal: 'best', chat: 'best', groupchat: '', headline: 'here best', error: '' },
    match: { normal: 'here', chat: 'here', groupchat: 'here', headline: 'here', error: 'here' },
    'no match': { normal: '', chat: 'best', groupchat: '', headline: '', error: '' },
  },
}

const ADDRESSES = { bare: ROMEO, match: `${ROMEO}/here`, 'no match': `${ROMEO}/gone` }

for (const [situation, arrange] of Object.entries(SITUATIONS)) {
  for (const [form, to] of Object.entries(ADDRESSES)) {
    test(`${situation}, ${form}`, () => {
      const user = makeUser()
      arrange(user)
      const expected = TABLE[situation]![form as keyof typeof ADDRESSES]
      for (const [type, names] of Object.entries(expected)) {
        const attribute = type === 'normal' ? '' : ` type='${type}'`
        const targets = targetsOf(user, stanza(`<message to='${to}'${attribute}><body>x</body></message>`))
        assert.equal(targets.map(({ name }) => name).join(' '), names, type)
      }
    })
  }
}

test('a type that nobody defined counts as normal (RFC 6121 §5.2.2)', () => {
  const user = makeUser()
  const here = addResource(user, 'here', 0)
  const message = stanza(`<message to='${ROMEO}' type='letter'><body>x</body></message>`)
  assert.deepEqual([targetsOf(user, message), isMeantFor(user, here, message)], [[here], true])
})
