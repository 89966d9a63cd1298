import { setTimeout as sleep } from 'node:timers/promises'
import type { DevTools } from './dev-tools.ts'

const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 50

interface Evaluated {
  readonly result: { readonly value?: unknown }
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } }
}

/** A page of a {@link Chromium}. */
export class Page {
  readonly #tools: DevTools
  readonly #session: string

  constructor(tools: DevTools, session: string) {
    this.#tools = tools
    this.#session = session
  }

  async navigate(url: string): Promise<void> {
    await this.#call('Page.navigate', { url })
  }

  async close(): Promise<void> {
    await this.#call('Page.close', {})
  }

  /** The value of a JavaScript expression in the page, awaited where it is a promise. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails: thrown } = (await this.#call('Runtime.evaluate', options)) as unknown as Evaluated
    if (thrown) throw new Error(`${expression}: ${thrown.exception?.description ?? thrown.text}`)
    return result.value
  }

  /** Resolves once the expression is true; until the page has what it needs for that it may throw. */
  async until(expression: string, timeoutMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs
    let failure = ''
    while (performance.now() < deadline) {
      const met = await this.evaluate(expression).catch((error: unknown) => {
        failure = `: ${(error as Error).message}`
      })
      if (met) return
      await sleep(LOOK_EVERY_MS)
    }
    throw new Error(`the page never came to ${expression}${failure}; it shows: ${await this.#text()}`)
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#call('Input.insertText', { text })
  }

  async pressEnter(): Promise<void> {
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }
    await this.#call('Input.dispatchKeyEvent', { type: 'keyDown', text: '\r', ...key })
    await this.#call('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
  }

  /** A PNG of what the page shows. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#call('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(String(data), 'base64')
  }

  async #text(): Promise<string> {
    const text = await this.evaluate('document.body.innerText').catch(() => '')
    return String(text).slice(0, 500)
  }

  #call(method: string, params: Readonly<Record<string, unknown>>) {
    return this.#tools.call(method, params, this.#session)
  }
}
