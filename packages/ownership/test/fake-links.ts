import type { Envelope, InstanceId, Receive } from '@heliograph/bus'

/** Links that keep what is sent, and refuse when told to. */
export class FakeLinks {
  readonly instance: InstanceId
  readonly sent: { to: InstanceId; envelope: Envelope }[] = []
  full = false
  deliver: Receive = () => undefined
  /** When a turn ends. */
  readonly beforeFlush: (task: () => void) => void

  constructor(instance: InstanceId, beforeFlush: (task: () => void) => void) {
    this.instance = instance
    this.beforeFlush = beforeFlush
  }

  send(to: InstanceId, envelope: Envelope): boolean {
    if (this.full) return false
    this.sent.push({ to, envelope })
    return true
  }

  receive(handler: Receive): void {
    this.deliver = handler
  }

  /** What was sent since the last time. */
  take(): { to: InstanceId; envelope: Envelope }[] {
    return this.sent.splice(0)
  }
}
