/** Activities of the worked example of CONTRIBUTING.md. */
export interface ReminderActivities {
  sendReminder(propertyId: string): Promise<void>;
  recordAudit(propertyId: string): Promise<void>;
}
