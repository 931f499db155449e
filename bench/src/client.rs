//! A GraphQL client that costs little: one kept-alive connection, one request at a time.

use crate::Outcome;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// Where a server listens, and what opens it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Host and port.
    pub address: String,
    /// A Bearer token.
    pub token: String,
}

impl Target {
    /// Whether the server says that it is ready.
    pub async fn is_ready(&self) -> bool {
        let ask = async {
            let mut stream = TcpStream::connect(&self.address).await?;
            let request = format!("GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, std::io::Error>(answer.starts_with("HTTP/1.1 200"))
        };
        ask.await.unwrap_or(false)
    }
}

/// A connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    address: String,
    head: String,
    line: String,
    status: u16,
    body: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn connect(target: &Target) -> Outcome<Self> {
        Self::over(target, TcpStream::connect(&target.address).await?)
    }

    /// The same from another address of this machine.
    pub async fn connect_from(target: &Target, address: Ipv4Addr) -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((address, 0).into())?;
        Self::over(target, socket.connect(target.address.parse()?).await?)
    }

    fn over(target: &Target, stream: TcpStream) -> Outcome<Self> {
        stream.set_nodelay(true)?;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: ",
            target.address, target.token
        );
        let stream = BufReader::new(stream);
        Ok(Self { stream, address: target.address.clone(), head, line: String::new(), status: 0, body: Vec::new() })
    }

    /// Runs one operation. Any error in the answer is an error.
    pub async fn ask(&mut self, query: &str, variables: Value) -> Outcome<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.receive().await?;
        let mut answer: Value = serde_json::from_slice(&self.body)?;
        if answer.get("errors").is_some() {
            return Err(format!("{variables}: {answer}").into());
        }
        Ok(answer["data"].take())
    }

    /// Posts a body as it is. Any answer but 200 is an error.
    pub async fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Outcome<()> {
        self.exchange(path, headers, body).await?;
        if self.status == 200 {
            Ok(())
        } else {
            Err(format!("{}: {}", self.status, String::from_utf8_lossy(&self.body)).into())
        }
    }

    /// Posts a body as it is, without credentials: the answer, whatever it says.
    pub async fn post_openly(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Outcome<Value> {
        self.exchange(path, headers, body).await?;
        Ok(serde_json::from_slice(&self.body).unwrap_or_default())
    }

    async fn exchange(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Outcome<()> {
        let headers: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
        let (host, length) = (&self.address, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.receive().await
    }

    /// Sends an event through the lever.
    pub async fn send(&mut self, subject: &str, event: &str, payload: Value) -> Outcome<Value> {
        let query = "mutation($input: SendWorkflowEventInput!) { sendWorkflowEvent(input: $input) \
            { subject { id workflowState version } transition { sequence } } }";
        self.ask(query, json!({ "input": { "subjectId": subject, "event": event, "payload": payload } })).await
    }

    /// Attaches a file to a payment, as a form does.
    pub async fn attach(&mut self, target: &Target, payment: &str, file: &[u8]) -> Outcome<()> {
        let open = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"slip.pdf\"\r\n\r\n";
        let close = "\r\n--x--\r\n";
        let head = format!(
            "POST /payments/receipts?paymentId={payment} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\r\n{open}",
            target.address,
            target.token,
            open.len() + file.len() + close.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(file).await?;
        self.stream.write_all(close.as_bytes()).await?;
        self.receive().await?;
        let answer: Value = serde_json::from_slice(&self.body)?;
        if answer["receiptKey"].is_string() { Ok(()) } else { Err(format!("{payment}: {answer}").into()) }
    }

    async fn receive(&mut self) -> Outcome<()> {
        let mut length = 0;
        loop {
            self.line.clear();
            if self.stream.read_line(&mut self.line).await? == 0 {
                return Err("the server hung up".into());
            }
            let line = self.line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                self.status = rest.split(' ').next().unwrap_or_default().parse()?;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).await?;
        Ok(())
    }
}

/// The text at a path of fields.
pub fn text(value: &Value, pointer: &str) -> Outcome<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found.ok_or_else(|| format!("no {pointer} in {value}"))?.to_owned())
}
