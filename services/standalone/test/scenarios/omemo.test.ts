/** PUB-04: what OMEMO (XEP-0384) needs of nodes of accounts, by a client library that is used. */
import assert from 'node:assert/strict'
import { bothModes, exchangeByOmemo, omemoAvailable } from '@heliograph/testkit'

const scenario = await bothModes()

if (omemoAvailable())
  scenario('strangers publish their devices and keys, fetch the other’s, and write to each other', async (site) => {
    const people = { juliet: await site.person('juliet'), romeo: await site.person('romeo') }
    assert.equal(await exchangeByOmemo(site, people), '')
  })
