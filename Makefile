# One line each, into scripts/. Windows: the same steps are in README.md.
.PHONY: run test bench dev package
run:
	@scripts/run
test:
	@scripts/test
bench:
	@scripts/bench
dev:
	@scripts/dev
package:
	@scripts/package
