/** What a person can be told of (spec §9), and that they are waited for. */

export const notificationEvents = [
  'start',
  'test_fail',
  'fix_commit',
  'wait_start',
  'waiting',
  'complete',
  'error',
] as const
export type NotificationEvent = (typeof notificationEvents)[number]
