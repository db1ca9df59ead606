export * from './errors.js';
export { firstIdAt, idTime, newId } from './id.js';
export type { AnalyticsId, Id, ImageId, LeaseId, LogId, TagId, UserId } from './id.js';
export type { Cursor, Page, PageRequest } from './page.js';
export { FIRST_INSTANT, JSON_BYTES, JSON_DEPTH, LAST_INSTANT } from './rules.js';
export type { JsonObject, JsonScalar, JsonValue, MetadataFilter, Period, Sweep } from './rules.js';
export { hammingDistance, NEAR_DISTANCE } from './perceptual-hash.js';
export type { PerceptualHash } from './perceptual-hash.js';
export { AdminRepository } from './admin.js';
export type { Admin, Grant } from './admin.js';
export { AnalyticsRepository } from './analytics.js';
export type {
  AnalyticsEvent,
  AnalyticsFilter,
  AnalyticsQuery,
  DayCount,
  ImageAnalytics,
  NewAnalyticsEvent,
} from './analytics.js';
export { IMAGE_SORTS, IMAGE_STATUSES, ImageRepository } from './image.js';
export type {
  Capture,
  CreatedMany,
  DuplicateOption,
  Image,
  ImageAnalysis,
  ImageChanges,
  ImageFilter,
  ImageQuery,
  ImageSort,
  ImageStatus,
  Location,
  NewImage,
  OnDuplicate,
  OwnedImage,
  Range,
  Trash,
  TrashOption,
} from './image.js';
export { LOG_LEVELS, LogRepository } from './log.js';
export type { LogEntry, LogFilter, LogLevel, LogQuery, NewLogEntry, UserLogCount } from './log.js';
export { PROCESSING_ATTEMPTS } from './processing.js';
export type {
  Claim,
  ClaimOptions,
  ImageProcessing,
  Processing,
  ProcessingChanges,
  ProcessingFailure,
} from './processing.js';
export { TagRepository } from './tag.js';
export type { Tag, TagCount, TagQuery } from './tag.js';
export type { CallOptions } from './call.js';
export { ISOLATION_LEVELS, UnitOfWork } from './unit-of-work.js';
export type { IsolationLevel, UnitOptions } from './unit-of-work.js';
export { UserRepository } from './user.js';
export type { Credentials, NewUser, User, UserChanges } from './user.js';
