import assert from 'node:assert/strict'
import { type OptionalCheck, type Site, slixmppChecks } from '@heliograph/testkit'

/** Lets slixmpp do one thing that the site is configured for. */
export async function slixmppDoes(site: Site, check: OptionalCheck): Promise<void> {
  const people = {
    juliet: await site.person('juliet'),
    romeo: await site.person('romeo'),
    nurse: await site.person('nurse'),
  }
  assert.deepEqual(await slixmppChecks(site, people, { only: [check] }), [{ check, outcome: 'done' }])
}
