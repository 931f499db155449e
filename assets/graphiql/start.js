"use strict";

const welcome = `# Waybill's API. The query below is for people who have signed in: put a token into the Headers tab below,
# {"Authorization": "Bearer …"}. It comes from \`waybill token --role ADMIN\`, from the login mutation, or, where the
# server was started with --demo, from a click on one of the roles above. The schema (Docs, at the left) needs none.

query Start {
  viewer {
    name
    roles
    permissions
  }
  saleOrders(first: 5) {
    nodes {
      number
      workflowState
      grandTotal {
        amount
        currency
      }
    }
  }
}
`;

const login = `mutation SignIn($email: String!, $password: String!) {
  login(email: $email, password: $password) {
    token
  }
}`;

const create = React.createElement;
const fetcher = GraphiQL.createFetcher({ url: "/graphql" });

/** The headers of somebody with this token; of nobody without. */
const headersOf = (token) => JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2);

/** A token for a user of the demo. */
async function signIn({ email, password }) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: login, variables: { email, password } }),
  });
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(errors[0].message);
  }
  return data.login.token;
}

/** The demo's users; none where there is no demo. */
function Users({ onToken }) {
  const [users, setUsers] = React.useState([]);
  const [said, setSaid] = React.useState("");
  React.useEffect(() => {
    fetch("/graphiql/users")
      .then((response) => response.json())
      .then(setUsers, (error) => setSaid(`The demo's users could not be read: ${error.message}`));
  }, []);
  const choose = (user) => () =>
    signIn(user).then(
      (token) => {
        onToken(token);
        setSaid(`You are ${user.email} (${user.role}).`);
      },
      (error) => setSaid(`${user.email} could not sign in: ${error.message}`),
    );
  if (users.length === 0) {
    return said ? create("div", { id: "users", role: "status" }, said) : null;
  }
  const button = (user) =>
    create("button", { key: user.email, type: "button", title: user.email, onClick: choose(user) }, user.role);
  return create("div", { id: "users" }, "Sign in as ", users.map(button), create("span", { role: "status" }, said));
}

function Page() {
  const [token, setToken] = React.useState(undefined);
  return create(
    React.Fragment,
    null,
    create(Users, { onToken: setToken }),
    create(
      "div",
      { id: "editor" },
      // Made anew for another user, so that it asks for the schema again.
      create(GraphiQL, {
        key: token ?? "nobody",
        fetcher,
        defaultQuery: welcome,
        defaultHeaders: headersOf(""),
        headers: token === undefined ? undefined : headersOf(token),
        defaultEditorToolsVisibility: "headers",
        shouldPersistHeaders: true,
      }),
    ),
  );
}

ReactDOM.createRoot(document.getElementById("graphiql")).render(create(Page));
