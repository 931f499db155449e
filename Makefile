# The two commands are `make run` and `make test`; the others are for those who change things.

.DEFAULT_GOAL := help
.PHONY: help run demo release test contract soak deny bench conformance fmt schema lifecycles

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# Built in half of the time that optimising takes. PROFILE=release is what to run for real.
PROFILE ?= dev

run: ## build and serve on http://127.0.0.1:8080, SQLite under ./data (ARGS="--demo --listen …", PROFILE=release)
	cargo run --profile $(PROFILE) --locked -- serve $(ARGS)

demo: ## the same, with something to look at
	cargo run --profile $(PROFILE) --locked -- serve --demo $(ARGS)

release: ## the optimised program, target/release/waybill
	cargo build --release --locked

test: ## format, lints, and all tests on SQLite and PostgreSQL
	scripts/test

contract: ## hold a running demo against openapi.json, by schemathesis, which is installed for it
	scripts/contract $(ARGS)

soak: ## what takes long: storms, kills, hundreds of drawn histories, a million documents (optimised)
	scripts/soak

deny: ## licences, bans and sources of dependencies, by cargo-deny, which is built for it
	scripts/deny

bench: ## transitions and journeys a second, beside pgbench, on a PostgreSQL that is started for it
	cargo build --release --locked --workspace
	scripts/with-postgres --durable cargo run --release --locked -p bench -- $(ARGS)

conformance: ## compare statecharts with xstate from npm on 10,000 fresh machines (MACHINES=, SEED=)
	statechart/conformance/run

fmt: ## format everything
	cargo fmt --all

schema: ## write schema.graphql and openapi.json anew
	cargo run --locked -- schema > schema.graphql.new && mv schema.graphql.new schema.graphql
	cargo run --locked -- openapi > openapi.json.new && mv openapi.json.new openapi.json

lifecycles: ## write docs/lifecycles.md anew
	scripts/lifecycles cargo run --locked --quiet -- > docs/lifecycles.md.new && mv docs/lifecycles.md.new docs/lifecycles.md
