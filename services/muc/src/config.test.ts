import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '@heliograph/config'
import { mucConfig } from './config.ts'
import { DEFAULT_CONFIG } from './forms/config-form.ts'

const given = (env: Record<string, string>) => mucConfig(loadConfig({ env, mode: 'standalone' }))

test('rooms are the same by the configuration’s defaults and by the form’s', () => {
  assert.deepEqual(given({}).defaults, DEFAULT_CONFIG)
})

test('what whoever runs the server says of rooms is taken over, lists in the form’s order', () => {
  const { defaults, fixed } = given({
    HELIOGRAPH_ROOMS_DEFAULTS_PERSISTENT: 'true',
    HELIOGRAPH_ROOMS_DEFAULTS_MAX_OCCUPANTS: '30',
    HELIOGRAPH_ROOMS_DEFAULTS_PRESENCE_BROADCAST: 'participant,moderator,participant',
    HELIOGRAPH_ROOMS_FIXED: 'persistent,passwordProtected',
  })
  assert.deepEqual(defaults, {
    ...DEFAULT_CONFIG,
    persistent: true,
    maxOccupants: 30,
    presenceBroadcast: ['moderator', 'participant'],
  })
  // Nothing can be asked where there are no questions.
  assert.deepEqual(fixed, ['persistent', 'passwordProtected', 'captchaProtected'])
})
