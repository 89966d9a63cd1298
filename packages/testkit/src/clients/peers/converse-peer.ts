import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Chromium } from '../../browser/chromium.ts'
import type { Page } from '../../browser/page.ts'
import type { Ports } from '../../processes/roles.ts'
import type { Person } from '../../scenario/site.ts'

const DIST = fileURLToPath(new URL('.', import.meta.resolve('converse.js/dist/converse.min.js')))
/** The form is filled in again when nothing has come of it for so long. */
const AGAIN_MS = 10_000
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** How a page with Converse.js reaches the server. */
export interface ConverseWay {
  readonly ports: Ports
  readonly transport: 'websocket' | 'bosh'
}

/** Serves Converse.js as somebody's web site would: its built files, and a page with its settings. */
export class ConverseSite implements AsyncDisposable {
  readonly #server = createServer((request, response) => void answer(request.url ?? '/', response))

  static async start(): Promise<ConverseSite> {
    const site = new ConverseSite()
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve))
    return site
  }

  /** The page that connects that way. */
  address({ ports, transport }: ConverseWay): string {
    const { port } = this.#server.address() as AddressInfo
    const service =
      transport === 'websocket'
        ? `wss://127.0.0.1:${ports.https}/xmpp-websocket`
        : `https://127.0.0.1:${ports.https}/http-bind`
    return `http://127.0.0.1:${port}/?${new URLSearchParams({ [transport]: service })}`
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

/** Converse.js in a browser, used through its page. */
export class ConversePeer {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  /** Opens the page in a browser that has never seen it, and logs in by its form. */
  static async login(browser: Chromium, site: ConverseSite, way: ConverseWay, person: Person): Promise<ConversePeer> {
    const peer = new ConversePeer(await browser.open(site.address(way)))
    await peer.#login(person)
    return peer
  }

  /** Closes the page, as who goes to another machine: nothing that it kept is there any more. */
  close(): Promise<void> {
    return this.page.close()
  }

  /** Opens the chat with somebody. */
  async chatWith(jid: string): Promise<void> {
    await this.page.evaluate(`converseApi.chats.open(${JSON.stringify(jid)}, {}, true).then(() => true)`)
    await this.page.until(`document.querySelector('converse-chat textarea.chat-textarea') !== null`)
  }

  /** Types a message into the chat that is open, and sends it. */
  async write(text: string): Promise<void> {
    await this.page.evaluate(`document.querySelector('converse-chat textarea.chat-textarea').focus()`)
    await this.page.type(text)
    await this.page.pressEnter()
  }

  /** Resolves once the chat that is open shows these messages. */
  async shows(...texts: readonly string[]): Promise<void> {
    const shown = `[...document.querySelectorAll('converse-chat-message-body')].map((it) => it.innerText)`
    for (const text of texts) await this.page.until(`${shown}.some((it) => it.includes(${JSON.stringify(text)}))`)
  }

  async #login({ jid, password }: Person): Promise<void> {
    await this.page.until(`document.querySelector('converse-login-form input[name=jid]') !== null`)
    // The form may be drawn anew just then, and be empty again: a person would fill it in once more.
    await this.page.until(`(() => {
      if (converseApi.connection.connected()) return true
      const form = document.querySelector('converse-login-form form')
      if (form === null || Date.now() < (window.converseAgain ?? 0)) return false
      window.converseAgain = Date.now() + ${AGAIN_MS}
      form.querySelector('input[name=jid]').value = ${JSON.stringify(jid)}
      form.querySelector('input[name=password]').value = ${JSON.stringify(password)}
      form.requestSubmit()
      return false
    })()`)
    // Within a time: a promise that the page never keeps would be waited for without end.
    await this.page.evaluate(
      `converseApi.waitUntil('rosterContactsFetched').then(() => { window.converseIsIn = true }) && 0`,
    )
    await this.page.until('window.converseIsIn === true')
  }
}

async function answer(url: string, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  if (pathname === '/') {
    response.setHeader('content-type', 'text/html')
    response.end(pageWith(searchParams))
    return
  }
  try {
    // What begins with / doesn't lead out of it: the URL was normalised.
    const file = await readFile(join(DIST, pathname))
    response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream')
    response.end(file)
  } catch {
    response.statusCode = 404
    response.end()
  }
}

function pageWith(way: URLSearchParams): string {
  const settings = {
    websocket_url: way.get('websocket') ?? undefined,
    bosh_service_url: way.get('bosh') ?? undefined,
    assets_path: '/',
    view_mode: 'fullscreen',
    authentication: 'login',
    allow_non_roster_messaging: true,
    discover_connection_methods: false,
    whitelisted_plugins: ['expose'],
    i18n: 'en',
  }
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Converse.js</title>
<link rel="stylesheet" href="/converse.min.css">
<body class="converse-fullscreen">
<script type="module">
import '/converse.min.js'
window.converse.plugins.add('expose', { initialize() { window.converseApi = this._converse.api } })
window.converse.initialize(${JSON.stringify(settings)})
</script>`
}
