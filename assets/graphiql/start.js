"use strict";

const welcome = `# Waybill's API. Put a token into the Headers tab below: {"Authorization": "Bearer …"}
# A token comes from \`waybill token --role ADMIN\`, or from the login mutation.

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

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    defaultQuery: welcome,
    defaultHeaders: JSON.stringify({ Authorization: "Bearer " }, null, 2),
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: true,
  }),
);
