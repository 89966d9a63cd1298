/** What slixmpp has plug-ins for, all of it in one process with several clients; its profiles and blocking are in directory.test.ts. */
import assert from 'node:assert/strict'
import { bothModes, pythonHas, slixmppAvailable, slixmppChecks } from '@heliograph/testkit'

const scenario = await bothModes()

const CHECKS = [
  'subscriptions',
  'discovery',
  'capabilities',
  'small_questions',
  'chat',
  'several',
  'carbons',
  'client_state',
  'archive',
  'archive_preferences',
  'bytestreams',
  'upload',
  'password',
  'commands',
  'rooms',
  'room_archive',
  'room_moderation',
  'room_following',
  'room_profile',
  'nodes',
  'collections',
  'eventing',
  'storage',
]

if (slixmppAvailable())
  scenario('slixmpp’s plug-ins do what they can at two edges', async (site, test) => {
    // Without it the library can't upload, and says so.
    pythonHas('aiohttp', (line) => test.diagnostic(line))
    const people = {
      juliet: await site.person('juliet'),
      romeo: await site.person('romeo'),
      nurse: await site.person('nurse'),
    }
    const checks = await slixmppChecks(site, people)
    for (const { check, outcome } of checks) if (outcome !== 'done') test.diagnostic(`${check}: ${outcome}`)
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome.startsWith('failed')),
      [],
    )
    assert.deepEqual(
      checks.map(({ check }) => check),
      CHECKS,
    )
  })
