/** Converse.js in a browser, as people have it: logs in over WebSocket and over BOSH, chats, and has its history from the server. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { bothModes, Chromium, ConversePeer, ConverseSite, findChromium } from '@heliograph/testkit'
import { newcomer, say, saying } from '../support/actor.ts'

const SCREENSHOTS = process.env.HELIOGRAPH_TEST_SCREENSHOTS
const program = process.env.HELIOGRAPH_TEST_BROWSER === 'none' ? undefined : findChromium()
// One that is there and doesn't run says nothing about the server.
const browser = await (program && Chromium.start(program).catch((error: Error) => error))

if (!(browser instanceof Chromium)) {
  const skip = browser
    ? browser.message
    : 'no chromium, chromium-browser or google-chrome is installed here, or HELIOGRAPH_TEST_BROWSER is none'
  test('Converse.js in a browser', { skip })
} else {
  const scenario = await bothModes()
  const pages = await ConverseSite.start()
  after(async () => {
    await browser[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
  })

  for (const transport of ['websocket', 'bosh'] as const)
    scenario(`Converse.js chats and shows its history, over ${transport}`, async (site) => {
      const person = await site.person('juliet')
      await using romeo = await newcomer(site, 'romeo', { edge: 1 })
      const juliet = await ConversePeer.login(browser, pages, { ports: site.edge(0), transport }, person)
      const other = romeo.jid.split('/')[0]!
      await juliet.chatWith(other)
      await juliet.write('Good pilgrim, <you> & I')
      const heard = await romeo.expect(saying('Good pilgrim, <you> & I'))
      say(romeo, heard.attrs.from ?? '', 'Have not saints lips?')
      await juliet.shows('Good pilgrim, <you> & I', 'Have not saints lips?')

      // Not the same page with its storage cleared: that writes its stream's id anew as it goes, and the next one resumes it under another name.
      await juliet.close()
      const elsewhere = await ConversePeer.login(browser, pages, { ports: site.edge(1), transport }, person)
      await elsewhere.chatWith(other)
      await elsewhere.shows('Good pilgrim, <you> & I', 'Have not saints lips?')
      if (SCREENSHOTS !== undefined)
        await writeFile(join(SCREENSHOTS, `converse-${transport}-${site.mode}.png`), await elsewhere.page.screenshot())
    })
}
