import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

const A = 1
const SRV = 33
const NO_SUCH_NAME = 3
const SILENT_NAME = 'silent.example'

/** Where a server's stream listeners are. */
export interface Place {
  readonly port: number
  readonly directTls?: boolean
  readonly priority?: number
}

interface Question {
  readonly name: string
  readonly type: number
  /** Header and question as they came. */
  readonly bytes: Buffer
}

/** A name server on loopback: domains with XMPP servers on ports of this machine, and nothing else. What ends with `silent.example` is never answered. */
export class TestDns implements AsyncDisposable {
  readonly port: number
  readonly #socket: Socket
  readonly #places = new Map<string, readonly Place[]>()

  private constructor(socket: Socket) {
    this.#socket = socket
    this.port = socket.address().port
    socket.on('message', (message, from) => {
      const question = readQuestion(message)
      if (question.name.endsWith(SILENT_NAME)) return
      socket.send(this.#answer(question), from.port, from.address)
    })
  }

  static async start(): Promise<TestDns> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new TestDns(socket)
  }

  /** From now on the domain, and those below it, are there. */
  set(domain: string, places: readonly Place[]): void {
    this.#places.set(domain, places)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
  }

  #answer({ name, type, bytes }: Question): Buffer {
    const service = /^_(xmpps?)-server\._tcp\.(.+)$/.exec(name)
    const domain = service?.[2] ?? name
    const places = [...this.#places].find(([served]) => domain === served || domain.endsWith(`.${served}`))?.[1]
    if (places === undefined) return reply(bytes, [], NO_SUCH_NAME)
    if (service === null) return reply(bytes, type === A ? [record(A, Buffer.from([127, 0, 0, 1]))] : [])
    const wanted = places.filter(({ directTls = false }) => directTls === (service[1] === 'xmpps'))
    return reply(bytes, type === SRV ? wanted.map((place) => record(SRV, srv(place))) : [])
  }
}

function readQuestion(message: Buffer): Question {
  const labels: string[] = []
  let at = 12
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const name = labels.join('.').toLowerCase()
  return { name, type: message.readUInt16BE(at + 1), bytes: message.subarray(0, at + 5) }
}

function reply(question: Buffer, records: readonly Buffer[], code = 0): Buffer {
  const head = Buffer.from(question)
  // An answer, with authority, to one question, recursion available.
  head.writeUInt16BE(0x8580 | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, ...records])
}

/** Of the name that was asked for, not to be kept. */
function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

/** At localhost: ejabberd asks the system for addresses, whatever its name server. */
function srv({ port, priority = 10 }: Place): Buffer {
  const numbers = Buffer.alloc(6)
  numbers.writeUInt16BE(priority, 0)
  numbers.writeUInt16BE(1, 2)
  numbers.writeUInt16BE(port, 4)
  const target = Buffer.from('\x09localhost\0')
  return Buffer.concat([numbers, target])
}
