/* known: keys and names for the known_hosts tests, made by ssh-keygen. */
#ifndef TESTS_KNOWN_H
#define TESTS_KNOWN_H

#define KEY_A "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF1q42B6b/f1x7o51Zl3N7quGmIv7mvNGm43eT5ho6Uh"
#define KEY_B "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK6bLAnSgRgXyJihUHz6fnZ5i3ZxtFCtPcG46UWsYLIK"
#define KEY_E                                                                                                          \
	"ecdsa-sha2-nistp256 "                                                                                         \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFHvACkLhbAKmnePLEXB3BZUIeaV5ASIXB2uCrvxl6"               \
	"d/XbavBtuFYhykrfMA40ToOXFnh6rq/5O9UInECUh2T6I="
/* A type that this build does not know, with a well-formed blob. */
#define KEY_STRANGE "ssh-strange AAAAC3NzaC1zdHJhbmdlAAAABHh4eHg="

#define HASHED_EXAMPLE "|1|V/pZW6VuxPNwydCg3i0TmGUSqC4=|Mqd+6/+neozrBPYxyDSExZZtw1k=" /* example.com */
#define HASHED_OTHER "|1|no+PZpvY8u+ZMEIoRvd/ZY40aJ4=|DOZxtZfr9ZanqADnC2jx0VJGHoA=" /* other.example */
#define HASHED_EXAMPLE_2222 "|1|m4z/8zcZZ8ZvuykAng+d3faq6ag=|rE49/XM5FFwNSHOjoRzu5flgjrw=" /* [example.com]:2222 */

#endif
