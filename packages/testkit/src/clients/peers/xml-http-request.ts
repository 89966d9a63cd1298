import { DOMParser, type Document } from '@xmldom/xmldom'

const DONE = 4

/** As much of a browser's XMLHttpRequest as libraries of BOSH use. */
export class XmlHttpRequest {
  readyState = 0
  status = 0
  responseText = ''
  responseXML: Document | null = null
  onreadystatechange: (() => void) | null = null
  readonly #headers: Record<string, string> = {}
  readonly #aborted = new AbortController()
  #method = ''
  #url = ''

  open(method: string, url: string): void {
    this.#method = method
    this.#url = url
    this.#advance(1)
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value
  }

  getAllResponseHeaders(): string {
    return ''
  }

  send(body: string): void {
    void this.#exchange(body)
  }

  abort(): void {
    this.#aborted.abort()
  }

  async #exchange(body: string): Promise<void> {
    try {
      const response = await fetch(this.#url, {
        method: this.#method,
        headers: this.#headers,
        body,
        signal: this.#aborted.signal,
      })
      this.responseText = await response.text()
      this.responseXML = new DOMParser().parseFromString(this.responseText, 'text/xml')
      this.status = response.status
    } catch {
      // As in a browser: status 0.
    }
    this.#advance(DONE)
  }

  #advance(state: number): void {
    this.readyState = state
    this.onreadystatechange?.()
  }
}
