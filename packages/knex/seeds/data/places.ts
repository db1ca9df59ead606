export interface Place {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Of its standard time from UTC, in minutes east. */
  readonly offset: number;
}

const place = (name: string, latitude: number, longitude: number, offset: number): Place => ({
  name,
  latitude,
  longitude,
  offset,
});

/** The most photographed first. */
export const places: readonly Place[] = [
  place('Lisbon', 38.7223, -9.1393, 0),
  place('Kyoto', 35.0116, 135.7681, 540),
  place('Cape Town', -33.9249, 18.4241, 120),
  place('Reykjavík', 64.1466, -21.9426, 0),
  place('Kathmandu', 27.7172, 85.324, 345),
  place('Buenos Aires', -34.6037, -58.3816, -180),
  place('New York', 40.7128, -74.006, -300),
  place('Istanbul', 41.0082, 28.9784, 180),
  place('Mumbai', 19.076, 72.8777, 330),
  place('Kraków', 50.0647, 19.945, 60),
  place('Wellington', -41.2865, 174.7762, 720),
  place('Honolulu', 21.3069, -157.8583, -600),
  place('Nairobi', -1.2921, 36.8219, 180),
  place('São Paulo', -23.5505, -46.6333, -180),
  place('Hà Nội', 21.0278, 105.8342, 420),
  place('St. John’s', 47.5615, -52.7126, -210),
  place('Adelaide', -34.9285, 138.6007, 570),
  place('Tromsø', 69.6492, 18.9553, 60),
  place('Yangon', 16.8409, 96.1735, 390),
  place('Ushuaia', -54.8019, -68.303, -180),
  place('Tehran', 35.6892, 51.389, 210),
  place('Mexico City', 19.4326, -99.1332, -360),
  place('Quito', -0.1807, -78.4678, -300),
  place('Apia', -13.8507, -171.7514, 780),
  place('Waitangi', -43.9535, -176.5597, 765),
];
