import type { HeliographConfig } from '@heliograph/config'
import type { BareJid } from '@heliograph/jid'
import { el, formatTimestamp, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { essenceOf, type FileStore, longestUploadMs, newKey } from '@heliograph/uploads'
import type { Account, UploadLedger } from './ledger.ts'
import type { SlotRequest } from './slot-request.ts'

/** Where to send a file, and where it is to be found afterwards. */
export interface SlotUrls {
  readonly put: string
  readonly get: string
}

export type UploadPolicy = HeliographConfig['uploads']

const DAY_MS = 86_400_000

/** Gives users room for files, as far as policy and quotas allow. To be asked for one user by one caller at a time. */
export class Slots {
  readonly #ledger: UploadLedger
  readonly #store: FileStore
  readonly #policy: UploadPolicy

  constructor(ledger: UploadLedger, store: FileStore, policy: UploadPolicy) {
    this.#ledger = ledger
    this.#store = store
    this.#policy = policy
  }

  /** The largest file, of any purpose. */
  get maxFileBytes(): number {
    return this.#policy.maxFileBytes
  }

  async give(owner: BareJid, request: SlotRequest, now = Date.now()): Promise<SlotUrls | StanzaError> {
    const { name, size, type, purpose, expireBefore } = request
    const account = { owner, profile: purpose === 'profile' }
    const refusal = this.#unfit(request) ?? (await this.#exhausted(account, size))
    if (refusal) return refusal
    const { slotSeconds, retentionDays, profile } = this.#policy
    const days = account.profile ? profile.retentionDays : retentionDays
    const expires = Math.min(now + days * DAY_MS, expireBefore ?? Number.MAX_SAFE_INTEGER)
    const until = now + slotSeconds * 1000
    const file = { key: newKey(), name, type, size, expires }
    // The row comes first: no file without one.
    await this.#ledger.add({ ...account, key: file.key, size, settled: until + longestUploadMs(size), expires })
    return { put: await this.#store.putUrl(file, until), get: await this.#store.getUrl(file) }
  }

  #unfit({ size, type, purpose }: SlotRequest): StanzaError | undefined {
    const { maxFileBytes, profile, contentTypes } = this.#policy
    const most = purpose === 'profile' ? Math.min(profile.maxFileBytes, maxFileBytes) : maxFileBytes
    if (size > most) return tooLarge(most)
    if (contentTypes.length === 0 || contentTypes.some((pattern) => fits(essenceOf(type), pattern))) return undefined
    return stanzaError('not-acceptable', { text: `Files of this type are not taken, only ${contentTypes.join(', ')}` })
  }

  async #exhausted(account: Account, size: number): Promise<StanzaError | undefined> {
    const { quotaBytes, dayBytes, dayFiles, profile } = this.#policy
    const quota = account.profile ? profile.quotaBytes : quotaBytes
    const usage = await this.#ledger.usage(account)
    const over = usage.bytes + size - quota
    if (over > 0)
      return exceeded(
        `You may have ${quota} bytes of files`,
        size > quota ? undefined : await this.#ledger.roomAt(account, over),
      )
    const bytes = usage.dayBytes + size - dayBytes
    const files = usage.dayFiles + 1 - dayFiles
    if (bytes <= 0 && files <= 0) return undefined
    const at =
      size > dayBytes ? undefined : await this.#ledger.dayRoomAt(account, Math.max(bytes, 0), Math.max(files, 0))
    return exceeded(`You may upload ${dayFiles} files and ${dayBytes} bytes in 24 hours`, at)
  }
}

function fits(type: string, pattern: string): boolean {
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern.toLowerCase()
}

/** XEP-0363 §6. */
function tooLarge(most: number): StanzaError {
  return stanzaError('not-acceptable', {
    text: `File too large. The maximum file size is ${most} bytes`,
    application: el('file-too-large', { xmlns: NS.httpUpload }, el('max-file-size', null, most)),
  })
}

/** XEP-0363 §6: with the time at which to try again, where there is one. */
function exceeded(text: string, at: number | undefined): StanzaError {
  if (at === undefined) return stanzaError('resource-constraint', { text: `Quota reached. ${text}` })
  const retry = el('retry', { xmlns: NS.httpUpload, stamp: formatTimestamp(Math.ceil(at / 1000) * 1000) })
  return stanzaError('resource-constraint', { text: `Quota reached. ${text}`, application: retry })
}
