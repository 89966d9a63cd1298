import type { InstanceId } from '../envelope.ts'

/** The subjects under one prefix. Instances and topics become single tokens, so nothing in them can be a wildcard. */
export class Subjects {
  readonly #prefix: string

  constructor(prefix: string) {
    if (!/^[\w-]+(\.[\w-]+)*$/.test(prefix)) throw new RangeError(`not a subject prefix: ${prefix}`)
    this.#prefix = prefix
  }

  frames(to: InstanceId): string {
    return `${this.#prefix}.to.${token(to)}`
  }

  /** Reply subject of frames: nobody answers there but the bus itself, when nobody listens as `to`. */
  reply(self: InstanceId, to: InstanceId): string {
    return `${this.#prefix}.none.${token(self)}.${token(to)}`
  }

  replies(self: InstanceId): string {
    return `${this.#prefix}.none.${token(self)}.*`
  }

  ping(self: InstanceId): string {
    return `${this.#prefix}.ping.${token(self)}`
  }

  topic(topic: string): string {
    return `${this.#prefix}.about.${token(topic)}`
  }
}

/** The instance a message on one of `replies` is about. */
export function peerOfReply(subject: string): InstanceId {
  return decodeURIComponent(subject.slice(subject.lastIndexOf('.') + 1))
}

function token(text: string): string {
  if (text === '') throw new RangeError('an empty name has no subject')
  return encodeURIComponent(text).replaceAll('.', '%2E').replaceAll('*', '%2A')
}
