/**
 * The published schema of the Mews operations and events that Stayline uses: requests, answers and events. Names, types and contract of
 * the fields are transcribed from Mews's reference, which Mews generates from its OpenAPI document. No other field is accepted. Sources:
 *
 * - MewsSystems/open-api-docs, connector-api/: operations/reservations.md, customers.md, resources.md, resourcefeatures.md, accounts.md,
 *   configuration.md, commands.md, _objects.md; guidelines/requests.md, responses.md; events/websockets.md, wh-general.md;
 *   changelog/README.md (what it names after these pages: `CustomTitleId`, and three events of webhooks)
 * - MewsSystems/gitbook-connector-api: operations/companionships.md, devices.md; guidelines/pagination.md, serialization.md
 *
 * The tables call ids and times strings. Every example of an id is a GUID, and serialization.md defines the form of times. The schema
 * requires both forms.
 */
import { z } from 'zod';

/** Field that may be null or absent: "optional" in the tables. A "required" field is present and not null. */
const optional = z.nullish;
const text = z.string();
/** Some of Mews's own examples are not UUIDs by RFC 9562. */
const id = z.guid();
const ids = (most = 1_000): z.ZodArray<z.ZodGUID> => z.array(id).max(most);
const texts = (most = 1_000): z.ZodArray<z.ZodString> => z.array(text).max(most);
/** Format of times at Mews: in UTC, to the second. */
const utc = z.iso.datetime({ precision: 0 });
const localizedText = z.record(text, text);

const activityState = z.enum(['Active', 'Deleted']);
const accountType = z.enum(['Customer', 'Company']);

const SERVICE_ORDER_STATES = [
  'Inquired',
  'Confirmed',
  'Started',
  'Processed',
  'Canceled',
  'Optional',
  'Requested',
] as const;
const serviceOrderState = z.enum(SERVICE_ORDER_STATES);

const reservation = z.strictObject({
  Id: id,
  ServiceId: id,
  AccountId: id,
  AccountType: accountType,
  CreatorProfileId: id,
  UpdaterProfileId: id,
  BookerId: optional(id),
  Number: text,
  State: serviceOrderState,
  Origin: z.enum(['Distributor', 'ChannelManager', 'Commander', 'Import', 'Connector', 'Navigator']),
  CommanderOrigin: optional(
    z.enum(['InPerson', 'Channel', 'Phone', 'Email', 'Website', 'Message', 'CallCenter', 'RoomingList']),
  ),
  OriginDetails: optional(text),
  CreatedUtc: utc,
  UpdatedUtc: utc,
  CancelledUtc: optional(utc),
  VoucherId: optional(id),
  BusinessSegmentId: optional(id),
  Options: z.strictObject({
    OwnerCheckedIn: z.boolean(),
    AllCompanionsCheckedIn: z.boolean(),
    AnyCompanionCheckedIn: z.boolean(),
    ConnectorCheckIn: z.boolean(),
  }),
  RateId: id,
  CreditCardId: optional(id),
  GroupId: id,
  RequestedResourceCategoryId: id,
  AssignedResourceId: optional(id),
  AvailabilityBlockId: optional(id),
  PartnerCompanyId: optional(id),
  TravelAgencyId: optional(id),
  AssignedResourceLocked: z.boolean(),
  ChannelNumber: optional(text),
  ChannelManagerNumber: optional(text),
  CancellationReason: optional(
    z.enum([
      'Other',
      'ConfirmationMissed',
      'BookedElsewhere',
      'ForceMajeure',
      'GuestComplaint',
      'NoShow',
      'PriceTooHigh',
      'ServiceNotAvailable',
      'InputError',
      'InvalidPayment',
      'TravelAgency',
      'RequestedByGuest',
      'Update',
      'BookingAbandoned',
      'RequestedByBooker',
    ]),
  ),
  ReleasedUtc: optional(utc),
  ScheduledStartUtc: utc,
  ActualStartUtc: optional(utc),
  ScheduledEndUtc: utc,
  ActualEndUtc: optional(utc),
  Purpose: optional(z.enum(['Leisure', 'Business', 'Student'])),
  QrCodeData: optional(text),
  PersonCounts: z.array(z.strictObject({ AgeCategoryId: id, Count: z.int().positive() })),
  // Deprecated, but still required.
  StartUtc: utc,
  EndUtc: utc,
});

const companionship = z.strictObject({
  Id: id,
  CustomerId: id,
  ReservationGroupId: id,
  ReservationId: optional(id),
});

const address = z.strictObject({
  Id: id,
  Line1: optional(text),
  Line2: optional(text),
  City: optional(text),
  PostalCode: optional(text),
  CountryCode: optional(text),
  CountrySubdivisionCode: optional(text),
  Latitude: optional(z.number()),
  Longitude: optional(z.number()),
});

const identityDocument = z.strictObject({
  Id: id,
  CustomerId: id,
  Type: z.enum(['IdentityCard', 'Passport', 'Visa', 'DriversLicense']),
  Number: optional(text),
  Expiration: optional(text),
  Issuance: optional(text),
  IssuingCountryCode: optional(text),
  IssuingCountrySubdivisionCode: optional(text),
  IssuingCity: optional(text),
  IdentityDocumentSupportNumber: optional(text),
});

const customerClassification = z.enum([
  'PaymasterAccount',
  'Blacklist',
  'Media',
  'LoyaltyProgram',
  'PreviousComplaint',
  'Returning',
  'Staff',
  'FriendOrFamily',
  'TopManagement',
  'Important',
  'VeryImportant',
  'Problematic',
  'Cashlist',
  'DisabledPerson',
  'Military',
  'Airline',
  'HealthCompliant',
  'InRoom',
  'WaitingForRoom',
  'Student',
  'Blocklist',
]);

const customerOption = z.enum([
  'None',
  'SendMarketingEmails',
  'Invoiceable',
  'BillAddressObjection',
  'SendMarketingPostalMail',
  'SendPartnerMarketingEmails',
  'SendPartnerMarketingPostalMail',
  'WithdrawCardConsent',
  'GuestPhotoConsent',
  'IdPhotosConsent',
]);

const resourceFeatureClassification = z.enum([
  'SeaView',
  'RiverView',
  'OceanView',
  'TwinBeds',
  'DoubleBed',
  'RollawayBed',
  'UpperBed',
  'LowerBed',
  'Balcony',
  'AccessibleBathroom',
  'AccessibleRoom',
  'ElevatorAccess',
  'HighFloor',
  'Kitchenette',
  'AirConditioning',
  'PrivateJacuzzi',
  'PrivateSauna',
  'EnsuiteRoom',
  'PrivateBathroom',
  'SharedBathroom',
]);

const customer = z.strictObject({
  Id: id,
  ChainId: id,
  Number: text.max(19),
  Title: optional(z.enum(['Mister', 'Miss', 'Misses'])),
  CustomTitleId: optional(id),
  CustomTitleName: optional(text),
  Sex: optional(z.enum(['Male', 'Female'])),
  FirstName: optional(text),
  LastName: text,
  SecondLastName: optional(text),
  NationalityCode: optional(text),
  PreferredLanguageCode: optional(text),
  LanguageCode: optional(text),
  BirthDate: optional(text),
  BirthCountryCode: optional(text),
  BirthCountrySubdivisionCode: optional(text),
  BirthPlace: optional(text),
  Occupation: optional(text),
  Email: optional(text),
  HasOtaEmail: z.boolean(),
  Phone: optional(text),
  TaxIdentificationNumber: optional(text),
  LoyaltyCode: optional(text),
  AccountingCode: optional(text),
  BillingCode: optional(text),
  Notes: optional(text),
  CarRegistrationNumber: optional(text.max(255)),
  DietaryRequirements: optional(text.max(255)),
  CreatedUtc: utc,
  UpdatedUtc: utc,
  AddressId: optional(id),
  Classifications: z.array(customerClassification),
  Options: z.array(customerOption),
  ItalianDestinationCode: optional(text),
  ItalianFiscalCode: optional(text),
  ItalianLotteryCode: optional(text),
  CompanyId: optional(id),
  MergeTargetId: optional(id),
  IsActive: z.boolean(),
  PreferredSpaceFeatures: z.array(resourceFeatureClassification),
  CreatorProfileId: id,
  UpdaterProfileId: id,
  // Deprecated.
  Passport: optional(identityDocument),
  IdentityCard: optional(identityDocument),
  Visa: optional(identityDocument),
  DriversLicense: optional(identityDocument),
  Address: optional(address),
  ActivityState: optional(text),
});

const resourceState = z.enum(['Dirty', 'Clean', 'Inspected', 'OutOfService', 'OutOfOrder']);

const resource = z.strictObject({
  Id: id,
  EnterpriseId: id,
  IsActive: z.boolean(),
  ParentResourceId: optional(id),
  Name: text,
  State: resourceState,
  Descriptions: localizedText,
  CreatedUtc: utc,
  UpdatedUtc: utc,
  DeletedUtc: optional(utc),
  Data: z.discriminatedUnion('Discriminator', [
    z.strictObject({
      Discriminator: z.literal('Space'),
      Value: z.strictObject({ FloorNumber: text, LocationNotes: optional(text) }),
    }),
    z.strictObject({ Discriminator: z.enum(['Object', 'Person']), Value: z.strictObject({}) }),
  ]),
  ExternalNames: localizedText,
  Directions: localizedText,
});

const commandState = z.enum(['Pending', 'Received', 'Processing', 'Processed', 'Cancelled', 'Error']);
const deviceType = z.enum(['Printer', 'PaymentTerminal', 'KeyCutter', 'FiscalMachine', 'PassportScanner']);

const keyCutterData = z.strictObject({
  // The hotel's own name of its device, not an id of Mews.
  KeyCutterId: optional(text),
  ApiUrl: optional(text),
  KeyCutterData: optional(text),
  KeyCount: z.int(),
  LockIds: z.array(text),
  StartUtc: utc,
  EndUtc: utc,
  FirstName: optional(text),
  LastName: text,
  NormalizedFirstName: optional(text),
  NormalizedLastName: optional(text),
  Telephone: optional(text),
  Email: optional(text),
  ReservationId: optional(id),
  ReservationNumber: optional(text),
});

const passportScannerData = z.strictObject({
  PassportScannerId: optional(text),
  CustomerId: optional(id),
  ReservationId: optional(id),
});

const printerData = z.strictObject({
  CopyCount: z.int(),
  FileType: text,
  FileData: text,
  PrinterName: text,
  PrinterDriverName: text,
  PrinterPortName: text,
});

/** Data of commands by device. Payment terminals and fiscal machines, which no test has, are not transcribed. */
const COMMAND_DATA: Readonly<Partial<Record<z.infer<typeof deviceType>, z.ZodType>>> = {
  KeyCutter: keyCutterData,
  PassportScanner: passportScannerData,
  Printer: printerData,
};

const command = z
  .strictObject({
    Id: id,
    State: commandState,
    CreatedUtc: utc,
    Creator: optional(z.strictObject({ FirstName: optional(text), LastName: text, ImageUrl: optional(text) })),
    Device: z.strictObject({ Id: id, Type: deviceType, Name: text, Identifier: optional(text) }),
    Data: z.record(text, z.unknown()),
  })
  .superRefine(({ Device, Data }, context) => {
    const data = COMMAND_DATA[Device.Type];
    if (data === undefined) {
      context.addIssue({ code: 'custom', path: ['Data'], message: `of a ${Device.Type} are not transcribed` });
      return;
    }
    const issues = data.safeParse(Data).error?.issues ?? [];
    for (const issue of issues) context.addIssue({ ...issue, path: ['Data', ...issue.path] });
  });

const cursor = optional(id);
/** A field that Mews returns only with an extent that the stand-in does not serve, so it is always absent here. */
const withExtent = optional(z.null());
const commands = z.strictObject({ Commands: z.array(command), Cursor: cursor });

const deviceCommandEvent = z.strictObject({ Type: z.literal('DeviceCommand'), Id: id, State: commandState });
const reservationEvent = z.strictObject({
  Type: z.literal('Reservation'),
  Id: id,
  // The page refers to an older list of states, which has another word for `Inquired`.
  State: z.enum([...SERVICE_ORDER_STATES, 'Enquired']),
  StartUtc: utc,
  EndUtc: utc,
  AssignedResourceId: optional(id),
});
const resourceEvent = z.strictObject({ Type: z.literal('Resource'), Id: id, State: resourceState });
const priceUpdateEvent = z.strictObject({
  Type: z.literal('PriceUpdate'),
  Id: id,
  StartUtc: optional(utc),
  EndUtc: optional(utc),
  RateId: optional(id),
  ResourceCategoryId: optional(id),
});

const webSocketMessage = z.strictObject({
  Events: z.array(
    z.discriminatedUnion('Type', [deviceCommandEvent, reservationEvent, resourceEvent, priceUpdateEvent]),
  ),
});

const webhookMessage = z.strictObject({
  EnterpriseId: id,
  IntegrationId: id,
  Events: z.array(
    z.strictObject({
      Discriminator: z.enum([
        'ServiceOrderUpdated',
        'ResourceUpdated',
        'ResourceDeleted',
        'MessageAdded',
        'ResourceBlockUpdated',
        'CustomerAdded',
        'CustomerUpdated',
        'PaymentUpdated',
        'ProductUpdated',
        'ProductDeleted',
      ]),
      Value: z.strictObject({ Id: id }),
    }),
  ),
});

/** Answers of Mews by operation, and the messages that it sends unasked. */
const ANSWERS = {
  'reservations/getAll/2023-06-06': z.strictObject({ Reservations: z.array(reservation), Cursor: cursor }),
  'companionships/getAll': z.strictObject({
    Companionships: optional(z.array(companionship)),
    Reservations: withExtent,
    ReservationGroups: withExtent,
    Customers: optional(z.array(customer)),
    Cursor: cursor,
  }),
  'customers/getAll': z.strictObject({
    Customers: z.array(customer),
    Cursor: cursor,
    Documents: optional(z.array(identityDocument)),
  }),
  'resources/getAll': z.strictObject({
    Resources: optional(z.array(resource)),
    Cursor: cursor,
    ResourceCategories: withExtent,
    ResourceCategoryAssignments: withExtent,
    ResourceCategoryImageAssignments: withExtent,
    ResourceFeatures: withExtent,
    ResourceFeatureAssignments: withExtent,
  }),
  'commands/getAllActive': commands,
  'commands/getAllByIds': commands,
  'commands/update': z.strictObject({}),
  error: z.strictObject({ Message: text, RequestId: optional(text), Details: optional(text) }),
  WebSocket: webSocketMessage,
  webhook: webhookMessage,
} as const;

/** Parameters of every request. */
const asking = {
  ClientToken: text,
  AccessToken: text,
  Client: text,
  LanguageCode: optional(text),
  CultureCode: optional(text),
};

const limitation = z.strictObject({ Cursor: optional(id), Count: z.int().min(1).max(1_000) });

/** Upper limit of any three months. */
const THREE_MONTHS_MS = 92 * 24 * 3_600_000;

const interval = z
  .strictObject({ StartUtc: utc, EndUtc: utc })
  .refine(({ StartUtc, EndUtc }) => !(Date.parse(EndUtc) - Date.parse(StartUtc) > THREE_MONTHS_MS), {
    error: 'longer than three months',
  });

const flag = optional(z.boolean());

/** Requests to Mews, by operation. */
const REQUESTS = {
  'reservations/getAll/2023-06-06': z
    .strictObject({
      ...asking,
      EnterpriseIds: optional(ids()),
      ReservationIds: optional(ids()),
      ServiceIds: optional(ids()),
      ReservationGroupIds: optional(ids()),
      AccountIds: optional(ids()),
      PartnerCompanyIds: optional(ids(100)),
      TravelAgencyIds: optional(ids(100)),
      Numbers: optional(texts()),
      ChannelNumbers: optional(texts(100)),
      AssignedResourceIds: optional(ids()),
      AvailabilityBlockIds: optional(ids(100)),
      CreatedUtc: optional(interval),
      UpdatedUtc: optional(interval),
      CollidingUtc: optional(interval),
      ScheduledStartUtc: optional(interval),
      ActualStartUtc: optional(interval),
      ActualEndUtc: optional(interval),
      ScheduledEndUtc: optional(interval),
      States: optional(z.array(serviceOrderState)),
      Limitation: limitation,
    })
    .refine(({ ScheduledStartUtc, ActualStartUtc }) => ScheduledStartUtc == null || ActualStartUtc == null, {
      path: ['ActualStartUtc'],
      error: 'not together with ScheduledStartUtc',
    })
    .refine(({ ScheduledEndUtc, ActualEndUtc }) => ScheduledEndUtc == null || ActualEndUtc == null, {
      path: ['ActualEndUtc'],
      error: 'not together with ScheduledEndUtc',
    }),
  'companionships/getAll': z
    .strictObject({
      ...asking,
      EnterpriseIds: optional(ids()),
      CompanionshipIds: optional(ids()),
      Extent: z.strictObject({ Reservations: flag, ReservationGroups: flag, Customers: flag }),
      ReservationIds: optional(ids()),
      CustomerIds: optional(ids()),
      ReservationGroupIds: optional(ids()),
      UpdatedUtc: optional(interval),
      Limitation: limitation,
    })
    .refine(
      ({ ReservationIds, CustomerIds, ReservationGroupIds }) =>
        [ReservationIds, CustomerIds, ReservationGroupIds].some((some) => some != null),
      { path: ['ReservationIds'], error: 'required where neither CustomerIds nor ReservationGroupIds are given' },
    ),
  'customers/getAll': z
    .strictObject({
      ...asking,
      ChainIds: optional(ids()),
      CreatedUtc: optional(interval),
      UpdatedUtc: optional(interval),
      Extent: z.strictObject({ Customers: flag, Addresses: flag, Documents: flag }),
      DeletedUtc: optional(interval),
      ActivityStates: optional(z.array(activityState)),
      CustomerIds: optional(ids()),
      CompanyIds: optional(ids(1)),
      Emails: optional(texts()),
      FirstNames: optional(texts()),
      LastNames: optional(texts()),
      LoyaltyCodes: optional(texts()),
      Limitation: limitation,
    })
    .refine(
      ({ CustomerIds, CompanyIds, Emails, FirstNames, LastNames, LoyaltyCodes, CreatedUtc, UpdatedUtc, DeletedUtc }) =>
        [CustomerIds, CompanyIds, Emails, FirstNames, LastNames, LoyaltyCodes, CreatedUtc, UpdatedUtc, DeletedUtc].some(
          (filter) => filter != null,
        ),
      { path: ['CustomerIds'], error: 'required where no other filter is given' },
    ),
  'resources/getAll': z.strictObject({
    ...asking,
    EnterpriseIds: optional(ids()),
    ResourceIds: optional(ids()),
    Names: optional(texts()),
    Extent: z.strictObject({
      Resources: flag,
      Inactive: flag,
      ResourceCategories: flag,
      ResourceCategoryAssignments: flag,
      ResourceCategoryImageAssignments: flag,
      ResourceFeatures: flag,
      ResourceFeatureAssignments: flag,
    }),
    CreatedUtc: optional(interval),
    UpdatedUtc: optional(interval),
    Limitation: limitation,
  }),
  'commands/getAllActive': z.strictObject(asking),
  'commands/getAllByIds': z.strictObject({ ...asking, CommandIds: ids(), Limitation: optional(limitation) }),
  'commands/update': z.strictObject({
    ...asking,
    CommandId: id,
    State: commandState,
    Progress: optional(z.number()),
    Notes: optional(text),
  }),
} as const;

export type MewsOperation = keyof typeof REQUESTS;
export type MewsRequest<Name extends MewsOperation> = z.infer<(typeof REQUESTS)[Name]>;
export type MewsAnswer<Name extends keyof typeof ANSWERS> = z.infer<(typeof ANSWERS)[Name]>;

/** @throws Error naming the operation, and every field of its answer that is not as Mews publishes it */
export function answerAsPublished<Answer>(operation: keyof typeof ANSWERS, answer: Answer): Answer {
  // Checks what is sent: a field that is undefined is not sent.
  check(`${operation}, answer`, ANSWERS[operation], JSON.parse(JSON.stringify(answer)));
  return answer;
}

/** @throws Error naming the operation, and every parameter that is not as Mews publishes it */
export function requestAsPublished<Name extends MewsOperation>(operation: Name, body: unknown): MewsRequest<Name> {
  check(`${operation}, request`, REQUESTS[operation], body);
  // The schemas do not change the value.
  return body as MewsRequest<Name>;
}

function check(what: string, schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  throw new Error(`${what}: not as Mews publishes it: ${[...new Set(error.issues.flatMap(named))].join('; ')}`);
}

/** Names the fields of an issue. The same difference in every item of a list counts once. */
function named(issue: z.core.$ZodIssue): string[] {
  const at = (path: readonly PropertyKey[]): string =>
    path.map((step) => (typeof step === 'number' ? '*' : String(step))).join('.') || 'the whole body';
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${at([...issue.path, key])} is not published`);
  return [`${at(issue.path)} ${issue.message.replace('Invalid input: ', '')}`];
}
