/** The console of the administration, in a browser, as an administrator uses it. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ADMIN_TOKENS, bothModes, Chromium, findChromium, type Page } from '@heliograph/testkit'
import { enter, newcomer } from '../support/actor.ts'
import { freshRoom, makeRoom } from '../support/room.ts'

const SCREENSHOTS = process.env.HELIOGRAPH_TEST_SCREENSHOTS
const program = process.env.HELIOGRAPH_TEST_BROWSER === 'none' ? undefined : findChromium()
const browser = await (program && Chromium.start(program).catch((error: Error) => error))
const SOON_MS = 20_000
const MARKUP = '<img src=x onerror="document.title=\'taken over\'">'

if (!(browser instanceof Chromium)) {
  const skip = browser
    ? browser.message
    : 'no chromium, chromium-browser or google-chrome is installed here, or HELIOGRAPH_TEST_BROWSER is none'
  test('the console in a browser', { skip })
} else {
  const scenario = await bothModes()
  after(() => browser[Symbol.asyncDispose]())

  scenario('an account is made, seen, disabled and deleted in the console', async (site) => {
    const page = await browser.open(site.description.adminApi)
    await page.until(`location.pathname === '/console/'`, SOON_MS)
    await enterWith(page, 'a token that nobody has')
    await page.until(shows('That token lets nobody in'), SOON_MS)
    await enterWith(page, ADMIN_TOKENS.all)

    const person = { user: `console-${Date.now().toString(36)}`, password: 'first of many' }
    const jid = `${person.user}@${site.domain}`
    await fill(page, 'Create user', { jid, password: person.password })
    await page.until(`${part('Create user')}.querySelector('output').textContent === 'Done.'`, SOON_MS)
    await using client = await enter(site, { ...person, jid })
    await fill(page, 'Create user', { jid, password: person.password })
    await page.until(`${part('Create user')}.querySelector('.problem').textContent.includes('conflict')`, SOON_MS)

    await go(page, 'sessions')
    await fill(page, 'List sessions', { jid })
    await page.until(shows(client.jid), SOON_MS)
    if (SCREENSHOTS !== undefined)
      await writeFile(join(SCREENSHOTS, `console-${site.mode}.png`), await page.screenshot())
    await page.evaluate(`window.confirm = () => true`)
    await choose(page, client.jid)
    await fill(page, 'Kick', {})
    await client.ended

    await go(page, 'users')
    await fill(page, 'List users', { domain: site.domain, max: '1000' })
    await choose(page, jid)
    await fill(page, 'Delete user', {})
    await page.until(`${part('Delete user')}.querySelector('output').textContent === 'Done.'`, SOON_MS)
    await assert.rejects(enter(site, { ...person, jid }), /not-authorized/)
    await page.close()
  })

  scenario('what users call things stays text in the console', async (site) => {
    await using owner = await newcomer(site, 'owner')
    const room = freshRoom(site)
    await makeRoom(owner, room, 'Owner', { roomname: MARKUP.replaceAll('<', '&lt;'), persistentroom: '1' })
    const page = await browser.open(`${site.description.adminApi}/console/#rooms`)
    await enterWith(page, ADMIN_TOKENS.reader)
    await fill(page, 'List rooms', { max: '1000' })
    await page.until(shows(MARKUP), SOON_MS)
    assert.notEqual(await page.evaluate('document.title'), 'taken over')
    await page.evaluate(`window.confirm = () => true`)
    await choose(page, room)
    await fill(page, 'Destroy room', {})
    await page.until(`${part('Destroy room')}.querySelector('output').textContent !== ''`, SOON_MS)
    assert.match(
      String(await page.evaluate(`${part('Destroy room')}.querySelector('output').textContent`)),
      /rooms|scope/,
    )
    await page.close()
  })
}

const shows = (text: string): string => `document.body.innerText.includes(${JSON.stringify(text)})`

/** The part of the page that an operation has. */
const part = (title: string): string =>
  `[...document.querySelectorAll('details, section')].find((it) => it.querySelector('summary, h2').textContent === ${JSON.stringify(title)})`

async function enterWith(page: Page, token: string): Promise<void> {
  await page.until(`document.activeElement.name === 'token'`, SOON_MS)
  await page.type(token)
  await page.pressEnter()
}

async function go(page: Page, tag: string): Promise<void> {
  await page.evaluate(`document.querySelector('nav a[href="#${tag}"]').click()`)
}

async function fill(page: Page, title: string, values: Readonly<Record<string, string>>): Promise<void> {
  await page.until(`${part(title)} !== undefined`, SOON_MS)
  for (const [name, value] of Object.entries(values))
    await page.evaluate(`${part(title)}.querySelector('[name=${name}]').value = ${JSON.stringify(value)}`)
  await page.evaluate(`${part(title)}.open = true`)
  await page.evaluate(`${part(title)}.querySelector('form').requestSubmit()`)
}

async function choose(page: Page, name: string): Promise<void> {
  const button = `[...document.querySelectorAll('td button')].find((it) => it.innerText === ${JSON.stringify(name)})`
  await page.until(`${button} !== undefined`, SOON_MS)
  await page.evaluate(`${button}.click()`)
}
