/** What a project file says of notifications: what is told, and when; how a person is reached, their machine says. */
import * as z from 'zod'
import { notificationEvents } from '../domain/notifications/kinds.ts'
import { usualWishes, type NotificationWishes } from '../domain/notifications/wishes.ts'

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "22:30"')
  .transform((t) => Number(t.slice(0, 2)) * 60 + Number(t.slice(3)))

const quietHours = z.strictObject({
  from: timeOfDay.describe('Begin, such as "22:00".'),
  to: timeOfDay.describe('End, such as "07:00"; before the begin: of the next day.'),
  timezone: z
    .string()
    .refine(isTimezone, 'is no IANA time zone such as Europe/Helsinki')
    .default('UTC')
    .describe('IANA name (default UTC).'),
})

export const notifications = z
  .strictObject({
    voice: z.boolean().default(usualWishes.voice).describe('Speak them where a voice is set up (default true).'),
    on_events: z
      .array(z.enum(notificationEvents))
      .default([...usualWishes.onEvents])
      .describe(`Events to tell of (default ${usualWishes.onEvents.join(', ')}).`),
    quiet_hours: quietHours.optional(),
    most_per_hour: z
      .int()
      .min(1)
      .max(1000)
      .default(usualWishes.mostPerHour)
      .describe(`Most that go out within an hour (default ${usualWishes.mostPerHour}).`),
  })
  .prefault({})

export const notificationWishesOf = (n: z.infer<typeof notifications>): NotificationWishes => ({
  voice: n.voice,
  onEvents: n.on_events,
  quietHours: n.quiet_hours ?? null,
  mostPerHour: n.most_per_hour,
})

/** Whether this machine knows a time zone of that name. */
function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
