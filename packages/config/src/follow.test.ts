import assert from 'node:assert/strict'
import { test } from 'node:test'
import { follow } from './follow.ts'
import { ReloadableConfig } from './live-config.ts'
import { loadConfig } from './load-config.ts'

const load = (env: Record<string, string>) => loadConfig({ env })

test('who keeps a section has what holds now, who keeps what is replaced has what held then', () => {
  const live = new ReloadableConfig(load({ HELIOGRAPH_ADMINS: 'a@b' }))
  const view = follow(
    live,
    ({ passwords, rooms, admins }) => ({ passwords, defaults: { ...rooms.defaults }, admins }),
    ['defaults'],
  )
  const { passwords, defaults, admins } = view
  live.take(
    load({
      HELIOGRAPH_ADMINS: 'c@d',
      HELIOGRAPH_PASSWORDS_MIN_LENGTH: '12',
      HELIOGRAPH_ROOMS_DEFAULTS_LANGUAGE: 'it',
    }),
  )
  assert.deepEqual([passwords.minLength, defaults.language, admins], [12, '', ['a@b']])
  assert.deepEqual([view.passwords.minLength, view.defaults.language, view.admins], [12, 'it', ['c@d']])
  assert.equal(view.passwords, passwords)
})

test('what is not given any more is gone', () => {
  const live = new ReloadableConfig(load({ HELIOGRAPH_EXTERNAL_SERVICES_SECRET: 'secret' }))
  const { externalServices } = follow(live, (config) => config)
  assert.equal(externalServices.secret, 'secret')
  live.take(load({}))
  assert.equal(externalServices.secret, undefined)
})

test('where it can not be derived nothing changes', () => {
  const live = new ReloadableConfig(load({}))
  const view = follow(live, ({ admins, passwords }) => {
    if (admins.includes('bad@b')) throw new Error('no such admin')
    return { passwords }
  })
  const bad = load({ HELIOGRAPH_ADMINS: 'bad@b', HELIOGRAPH_PASSWORDS_MIN_LENGTH: '12' })
  assert.throws(() => live.take(bad), /no such admin/)
  assert.equal(view.passwords.minLength, 8)
})
