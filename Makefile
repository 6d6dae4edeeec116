# One line each, into scripts/. Windows: the same steps are in CONTRIBUTING.md.
.PHONY: run test dev package
run:
	@scripts/run
test:
	@scripts/test
dev:
	@scripts/dev
package:
	@scripts/package
